import { isSelected, type ExecutionFilter } from './execution-filter.ts'
import type { ExecutionState } from './execution-states.ts'
import type { ExecutionSummary } from './execution-summary.ts'

/** The latest state of an execution that was created or whose status has changed. */
export interface ExecutionChange {
  /** The time at which the state was read. */
  at: Date
  /** CREATED if the execution was created after the subscription and this is its first change. */
  change: 'CREATED' | 'UPDATED'
  execution: ExecutionSummary
  /** A subscriber that has received this change continues from this time. */
  resumeFrom: Date
}

/** The maximum number of changes in memory. Beyond it, the subscriber reads the changes from the database. */
const MAX_WAITING = 1000

/** The changes that wait for one subscriber: the latest state of each execution, in the order of their times. */
export class ChangeSubscriber {
  readonly ownerId: string
  readonly #filter: ExecutionFilter
  readonly #startedAt = new Date()
  readonly #waiting = new Map<string, ExecutionChange>()
  #missedSince: Date | undefined
  #woken = Promise.withResolvers<void>()
  hasLeft = false

  /** @param since the changes since then are missing */
  constructor(ownerId: string, filter: ExecutionFilter, since: Date | undefined) {
    this.ownerId = ownerId
    this.#filter = filter
    this.#missedSince = since
  }

  selects(state: ExecutionState): boolean {
    return isSelected(state, state.labels ?? [], this.#filter)
  }

  /** @param known the previous state */
  add(state: ExecutionState, known: ExecutionState | undefined, at: Date): void {
    if (state.ownerId !== this.ownerId || !(this.selects(state) || (known && this.selects(known)))) return
    const waiting = this.#waiting.get(state.id)
    this.#waiting.delete(state.id)
    const change = this.toChange(state, at, known, at)
    this.#waiting.set(state.id, waiting ? { ...change, change: waiting.change } : change)
    if (this.#waiting.size > MAX_WAITING) this.#drop()
    this.#woken.resolve()
  }

  toChange(state: ExecutionState, at: Date, known: ExecutionState | undefined, resumeFrom: Date): ExecutionChange {
    const { labels: _labels, ...execution } = state
    const isNew = known === undefined && execution.createdAt >= this.#startedAt
    return { at, change: isNew ? 'CREATED' : 'UPDATED', execution, resumeFrom }
  }

  /** Notes that changes since a time are missing. */
  miss(since: Date): void {
    if (!this.#missedSince || since < this.#missedSince) this.#missedSince = since
    this.#woken.resolve()
  }

  /** @returns the time since which changes are missing, if any */
  takeMissed(): Date | undefined {
    const since = this.#missedSince
    this.#missedSince = undefined
    return since
  }

  forget(executionId: string): void {
    this.#waiting.delete(executionId)
  }

  /** @returns undefined while older changes are missing */
  next(): ExecutionChange | undefined {
    if (this.#missedSince) return undefined
    for (const [id, change] of this.#waiting) {
      this.#waiting.delete(id)
      return change
    }
    return undefined
  }

  /** Resolves when there are changes, changes are missing, or the subscriber has left. */
  async changed(): Promise<void> {
    if (this.#waiting.size > 0 || this.#missedSince || this.hasLeft) return
    await this.#woken.promise
    this.#woken = Promise.withResolvers()
  }

  leave(): void {
    this.hasLeft = true
    this.#woken.resolve()
  }

  #drop(): void {
    const [oldest] = this.#waiting.values()
    if (oldest) this.miss(oldest.resumeFrom)
    this.#waiting.clear()
  }
}
