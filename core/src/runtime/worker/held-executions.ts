import type { Lease } from '../../postgres/queue/index.ts'
import type { ExecutionDriver } from '../driver/index.ts'
import type { JournalEntry } from '../journal/index.ts'

/** An execution that a worker holds. */
export interface HeldExecution {
  lease: Lease
  readonly ownerId: string
  readonly entry: JournalEntry
  driver: ExecutionDriver | undefined
  idleTimer?: NodeJS.Timeout
}

/**
 * The executions of a worker, with at most one lease of each. A worker can lose a lease without noticing and receive it
 * again. If no other worker has taken the execution in between, the worker continues it under the new lease. Otherwise
 * it drops the execution and starts it again from the journal. Reports for the entry of an older lease do not affect
 * the newer one.
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

  /** @returns undefined if the entry belongs to an older lease */
  find(entry: JournalEntry): HeldExecution | undefined {
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

  /**
   * Drops an execution that was cancelled or has a newer lease. Nothing more is started or written for it.
   *
   * @returns the dropped execution
   */
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
