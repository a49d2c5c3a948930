import type { Lease } from '../queue/index.ts'
import type { ExecutionDriver } from './driver.ts'
import type { JournalEntry } from './journal-store.ts'

/** An execution that a worker has claimed. */
export interface HeldExecution {
  lease: Lease
  readonly ownerId: string
  readonly entry: JournalEntry
  driver: ExecutionDriver | undefined
  idleTimer?: NodeJS.Timeout
}

/**
 * The executions of a worker: of each at most one claim. A worker that has lost a lease without noticing may be given it again: where no
 * other worker has claimed the execution in between, its claim goes on, otherwise it ends and the worker claims anew. What an older
 * claim reports is not taken for the newer one.
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

  /** @returns undefined when the entry is of an older claim */
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

  /** Another claim has it, or it was cancelled: nothing more of it is started or written. @returns what was held */
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
