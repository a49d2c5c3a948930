import { Patience } from './patience.ts'

interface Aborting {
  ids: Set<number>
  patience: Patience
}

/** Aborted calls that may still be computing, by guest. They are responsible if the guest is lost. */
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

  /** The guest has acknowledged the aborts: the calls no longer compute without a pause. */
  acknowledge(guest: string, ids: readonly number[]): void {
    const aborting = this.#byGuest.get(guest)
    if (!aborting) return
    for (const id of ids) aborting.ids.delete(id)
    aborting.patience.renew()
    if (aborting.ids.size === 0) this.#byGuest.delete(guest)
  }

  /** Removes a guest that has ended. @returns whether it had aborted calls */
  removeGuest(guest: string): boolean {
    return this.#byGuest.delete(guest)
  }

  /**
   * Whether a guest has not acknowledged an abort in time.
   *
   * @param mayCompute whether another call of the guest computes within its limits, which delays the acknowledgement
   */
  isOverdue(ownMs: number, wallMs: number, mayCompute: (guest: string) => boolean): boolean {
    for (const [guest, { patience }] of this.#byGuest) {
      if (mayCompute(guest)) patience.renew()
      else if (patience.isOver(ownMs, wallMs)) return true
    }
    return false
  }
}
