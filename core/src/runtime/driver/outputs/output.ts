/** A value that a run has yielded. */
export interface Output {
  pin: string
  value: unknown
  /** The iteration, if it differs from the number of earlier values of the pin. */
  k: number | undefined
}
