/** Counts what the runs of each owner use in this worker, up to a limit per owner. */
export class OwnerCounts {
  readonly #limit: number
  readonly #counts = new Map<string, number>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Adds to the count of an owner. @returns false if the count would exceed the limit; it then stays unchanged */
  add(ownerId: string, n = 1): boolean {
    const count = (this.#counts.get(ownerId) ?? 0) + n
    if (count > this.#limit) return false
    this.#counts.set(ownerId, count)
    return true
  }

  remove(ownerId: string, n = 1): void {
    const count = (this.#counts.get(ownerId) ?? 0) - n
    if (count > 0) this.#counts.set(ownerId, count)
    else this.#counts.delete(ownerId)
  }
}
