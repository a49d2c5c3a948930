/** Time limits for a response of a process. */
interface Limits {
  /** Elapsed time without the time for which the process waited for a processor. */
  ownMs: number
  /** Elapsed time. A process that gets no CPU time for this long is killed too. */
  wallMs: number
}

/** Limits for the acknowledgement of a message. */
const ACKNOWLEDGE: Limits = { ownMs: 1000, wallMs: 10_000 }
/** Limits for the start of a process, which takes about 0.1 s. */
export const START: Limits = { ownMs: 10_000, wallMs: 60_000 }

/** Measures how long a worker has waited for a response of a process. */
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
   * @param ownMs elapsed time, without the time for which the process waited for a processor
   * @param wallMs elapsed time
   */
  isOver(ownMs: number, wallMs: number): boolean {
    this.#ownMs += ownMs
    this.#wallMs += wallMs
    return this.#ownMs > this.#limits.ownMs || this.#wallMs > this.#limits.wallMs
  }
}
