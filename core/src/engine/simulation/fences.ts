import type { ExecutionEvent } from '../events.ts'
import { claim } from './model.ts'
import type { Simulator } from './worker.ts'

/** A claim of the execution by a worker. */
interface Claim {
  fence: number
  worker: Simulator
}

/**
 * The journal of one execution with its claims: the newest claim, and stale claims of workers that lost the lease without noticing or
 * claimed the execution again. Stale claims continue and try to commit until they are notified.
 */
export class FencedJournal {
  /** Rows that were not written because their fence is not current. */
  refused = 0
  readonly #stale: Claim[] = []
  #newest: Claim | undefined

  take(worker: Simulator): void {
    if (this.#newest) this.#stale.push(this.#newest)
    this.#newest = { fence: (this.#newest?.fence ?? 0) + 1, worker }
  }

  get hasStale(): boolean {
    return this.#stale.length > 0
  }

  /** Lets one stale claim make one step: it continues, or tries to commit together with the newest claim. */
  goOnStale(random: () => number): void {
    const stale = this.#stale[random() % this.#stale.length]
    if (!stale) return
    const choices = stale.worker.choices()
    if (choices > 0 && random() % 3 > 0) return stale.worker.proceed(random() % choices)
    const written = this.#write([stale, this.#newest ?? stale])
    claim(!written.has(stale), () => `a claim with the fence ${stale.fence} has committed`)
    this.#stale.splice(this.#stale.indexOf(stale), 1) // it has heard that it is lost
  }

  /** The statement of the journal writer: every row is written whose own fence is the one of the execution. */
  #write(batch: readonly Claim[]): ReadonlySet<Claim> {
    const written = new Set<Claim>()
    for (const each of batch) {
      if (each.fence !== this.#newest?.fence) this.refused += tailOf(each.worker).length
      else {
        each.worker.commit(tailOf(each.worker).length)
        written.add(each)
      }
    }
    return written
  }
}

function tailOf({ events, committed }: Simulator): ExecutionEvent[] {
  return events.slice(committed)
}
