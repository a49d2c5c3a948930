import type { ExecutionEvent } from '../events.ts'
import { assert } from './model.ts'
import type { Simulator } from './worker.ts'

/** A lease of the execution. */
interface Lease {
  fence: number
  worker: Simulator
}

/**
 * The journal of one execution with its leases: the newest lease, and stale leases of workers that lost their lease
 * without noticing or leased the execution again. Workers with a stale lease continue and try to commit until they are
 * notified.
 */
export class FencedJournal {
  /** The number of events that were not written because their fence was not current. */
  refused = 0
  readonly #stale: Lease[] = []
  #newest: Lease | undefined

  take(worker: Simulator): void {
    if (this.#newest) this.#stale.push(this.#newest)
    this.#newest = { fence: (this.#newest?.fence ?? 0) + 1, worker }
  }

  get hasStale(): boolean {
    return this.#stale.length > 0
  }

  /** Makes one step of a worker with a stale lease: it continues, or tries to commit together with the newest lease. */
  stepStale(random: () => number): void {
    const stale = this.#stale[random() % this.#stale.length]
    if (!stale) return
    const choices = stale.worker.choices()
    if (choices > 0 && random() % 3 > 0) return stale.worker.proceed(random() % choices)
    const written = this.#write([stale, this.#newest ?? stale])
    assert(!written.has(stale), () => `a lease with the stale fence ${stale.fence} has committed`)
    this.#stale.splice(this.#stale.indexOf(stale), 1) // its worker is notified of the loss
  }

  /** Simulates the statement of the journal writer, which writes each row whose fence is current. */
  #write(batch: readonly Lease[]): ReadonlySet<Lease> {
    const written = new Set<Lease>()
    for (const each of batch) {
      if (each.fence !== this.#newest?.fence) this.refused += uncommittedEvents(each.worker).length
      else {
        each.worker.commit(uncommittedEvents(each.worker).length)
        written.add(each)
      }
    }
    return written
  }
}

function uncommittedEvents({ events, committed }: Simulator): ExecutionEvent[] {
  return events.slice(committed)
}
