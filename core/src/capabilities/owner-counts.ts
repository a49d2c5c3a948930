/** How much of something the runs of each owner have in this worker, up to a limit for each. */
export class OwnerCounts {
  readonly #limit: number
  readonly #counts = new Map<string, number>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** @returns false, and counts nothing, where the owner would have more than the limit */
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
