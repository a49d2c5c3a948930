import type { Lease } from '../../postgres/queue/index.ts'
import type { ExecutionDriver } from '../driver/index.ts'
import type { JournalEntry } from '../journal/index.ts'

/** An execution that a worker has claimed. */
export interface HeldExecution {
  lease: Lease
  readonly ownerId: string
  readonly entry: JournalEntry
  driver: ExecutionDriver | undefined
  idleTimer?: NodeJS.Timeout
}

/**
 * The executions of a worker, with at most one claim of each. A worker can lose a lease without noticing and receive it again. If no
 * other worker has claimed the execution in between, the old claim continues. Otherwise it ends and the worker makes a new claim.
 * Reports of an older claim are not attributed to the newer one.
 */
export class HeldExecutions {
  readonly #byId = new Map<string, HeldExecution>()

  get size(): number {
    return this.#byId.size
  }

  all(): HeldExecution[] {
    return [...this.#byId.values()]
  }

  get(executionId: string): HeldExecution | undefined {
    return this.#byId.get(executionId)
  }

  /** @returns undefined when the entry belongs to an older claim */
  of(entry: JournalEntry): HeldExecution | undefined {
    const held = this.#byId.get(entry.executionId)
    return held?.entry === entry ? held : undefined
  }

  add(held: HeldExecution): void {
    this.end(held.entry.executionId)
    this.#byId.set(held.entry.executionId, held)
  }

  remove(held: HeldExecution): void {
    if (this.#byId.get(held.entry.executionId) === held) this.#byId.delete(held.entry.executionId)
  }

  /** Drops an execution that has another claim or was cancelled: nothing more is started or written for it. @returns the dropped execution */
  end(executionId: string): HeldExecution | undefined {
    const held = this.#byId.get(executionId)
    if (!held) return undefined
    held.entry.lost = true
    clearTimeout(held.idleTimer)
    held.driver?.stop()
    this.#byId.delete(executionId)
    return held
  }
}
