/** How long a process may take to do something. */
interface Limits {
  /** Of time that it could use. */
  ownMs: number
  /** Of time that passes: a process that gets no processor time for so long is given up too. */
  wallMs: number
}

/** To acknowledge a message. */
const ACKNOWLEDGE: Limits = { ownMs: 1000, wallMs: 10_000 }
/** To start up, which takes some 0.3 s. */
export const START: Limits = { ownMs: 10_000, wallMs: 60_000 }

/** Counts for how long something is awaited of a process. */
export class Patience {
  readonly #limits: Limits
  #ownMs = 0
  #wallMs = 0

  constructor(limits = ACKNOWLEDGE) {
    this.#limits = limits
  }

  renew(): void {
    this.#ownMs = 0
    this.#wallMs = 0
  }

  /**
   * @param ownMs of the time that has passed, that for which the process did not wait for a processor
   * @param wallMs the time that has passed
   */
  isOver(ownMs: number, wallMs: number): boolean {
    this.#ownMs += ownMs
    this.#wallMs += wallMs
    return this.#ownMs > this.#limits.ownMs || this.#wallMs > this.#limits.wallMs
  }
}
