import { Patience } from './patience.ts'

interface Aborting {
  ids: Set<number>
  patience: Patience
}

/** Calls that were aborted and may still be computing, by guest: what happens to the guest is their doing. */
export class AbortingCalls {
  readonly #byGuest = new Map<string, Aborting>()

  get isEmpty(): boolean {
    return this.#byGuest.size === 0
  }

  has(guest: string): boolean {
    return this.#byGuest.has(guest)
  }

  add(guest: string, id: number): void {
    const aborting = this.#byGuest.get(guest) ?? { ids: new Set(), patience: new Patience() }
    aborting.ids.add(id)
    this.#byGuest.set(guest, aborting)
  }

  /** The guest has taken notice: they run no more code without a pause. */
  heard(guest: string, ids: readonly number[]): void {
    const aborting = this.#byGuest.get(guest)
    if (!aborting) return
    for (const id of ids) aborting.ids.delete(id)
    aborting.patience.renew()
    if (aborting.ids.size === 0) this.#byGuest.delete(guest)
  }

  /** The guest is gone. @returns whether there were any */
  lost(guest: string): boolean {
    return this.#byGuest.delete(guest)
  }

  /**
   * Whether a guest has not acknowledged an abort in time.
   *
   * @param mayCompute whether other calls may rightly keep the guest from it
   */
  isOverdue(ownMs: number, wallMs: number, mayCompute: (guest: string) => boolean): boolean {
    for (const [guest, { patience }] of this.#byGuest) {
      if (mayCompute(guest)) patience.renew()
      else if (patience.isOver(ownMs, wallMs)) return true
    }
    return false
  }
}
