/** Calls that were aborted and may still be computing, by guest: what happens to the guest is their doing. */
export class AbortingCalls {
  readonly #byGuest = new Map<string, Set<number>>()

  get isEmpty(): boolean {
    return this.#byGuest.size === 0
  }

  add(guest: string, id: number): void {
    this.#byGuest.set(guest, (this.#byGuest.get(guest) ?? new Set()).add(id))
  }

  /** The guest has heard of it: they run no more code without a pause. */
  heard(guest: string, ids: readonly number[]): void {
    const aborting = this.#byGuest.get(guest)
    for (const id of ids) aborting?.delete(id)
    if (aborting?.size === 0) this.#byGuest.delete(guest)
  }

  /** The guest is gone. @returns whether there were any */
  lost(guest: string): boolean {
    return this.#byGuest.delete(guest)
  }
}
