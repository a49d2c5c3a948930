import type { ExecutionEvent } from './events.ts'
import { claim } from './simulation-model.ts'
import type { Simulator } from './simulation-worker.ts'

/** A claim of the execution by a worker. */
interface Claim {
  fence: number
  worker: Simulator
}

/**
 * The journal of one execution, and the claims of it: of the newest, and of workers that have lost the lease without noticing, or
 * that have claimed it again themselves. These go on as long as they do not hear of it, and try to commit.
 */
export class FencedJournal {
  /** Rows that were not written because their fence does not hold. */
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

  /** One stale claim does one thing that it may: it goes on, or tries to commit together with the newest claim. */
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
