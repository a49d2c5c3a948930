/** How much an owner of a bucket may spend. */
export interface CostRate {
  /** The cost that can be spent at once. */
  size: number
  /** The cost that is restored per second. */
  restoreRate: number
}

/**
 * A leaky bucket as one process sees it. Its level is the cost that was spent and is not restored yet. It falls with
 * time, and an operation may run if the level stays within the size.
 *
 * What this process has spent since its last settlement is _unsettled_: the other processes do not see it. It may grow
 * to one second's worth of the restore rate, or to the cost of a single operation. Beyond that, the process must settle
 * first. The processes of an installation can therefore together exceed the limit of one process by at most that amount
 * each, however long they run.
 */
export class CostBucket {
  readonly #rate: CostRate
  #level = 0
  #at: number
  #unsettled = 0
  #sent = 0

  /** @param now in milliseconds */
  constructor(rate: CostRate, now: number) {
    this.#rate = rate
    this.#at = now
  }

  /** The cost that can be spent now. Negative if processes together have spent more than the size. */
  available(now: number): number {
    return this.#rate.size - this.#levelAt(now)
  }

  /** Whether other processes must see what was spent before this cost is spent. */
  mustSettle(cost: number): boolean {
    const hidden = this.#unsettled + this.#sent
    return hidden > 0 && hidden + cost > this.#rate.restoreRate
  }

  spend(cost: number, now: number): void {
    this.#level = this.#levelAt(now) + cost
    this.#at = now
    this.#unsettled += cost
  }

  /** Whether nothing is lost if the bucket is dropped. */
  get isSettled(): boolean {
    return this.#unsettled === 0 && this.#sent === 0
  }

  /** Starts a settlement. @returns the cost to report */
  send(): number {
    this.#sent = this.#unsettled
    this.#unsettled = 0
    return this.#sent
  }

  /** Ends a settlement. @param level of all processes together, which contains what {@link send} returned */
  settle(level: number, now: number): void {
    this.#sent = 0
    this.#level = level + this.#unsettled
    this.#at = now
  }

  /** Ends a settlement that has failed. The next one repeats it. */
  keep(): void {
    this.#unsettled += this.#sent
    this.#sent = 0
  }

  #levelAt(now: number): number {
    const restored = (Math.max(0, now - this.#at) / 1000) * this.#rate.restoreRate
    return Math.max(0, this.#level - restored)
  }
}
