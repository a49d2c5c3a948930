import { errorMessage } from '../../base/index.ts'
import type { PendingEvents } from './journal-store.ts'

/**
 * The number of single entries that may fail because of the environment, while nothing is written, before the rest is
 * postponed.
 */
const MAX_FAILED_ALONE = 2
const MAX_MESSAGE_CHARS = 300

/** The result of one flush of a batch. */
export class Round {
  hasWritten = false
  error: unknown
  readonly untried: PendingEvents[] = []
  /** The connection was lost, so the state of the rest is unknown. */
  isCut = false
  readonly #alone: PendingEvents[] = []

  /** Whether the flush stops. */
  get isOver(): boolean {
    return this.isCut || (!this.hasWritten && this.#alone.length >= MAX_FAILED_ALONE)
  }

  /** The entries to write later. Entries that failed alone come last. */
  get remaining(): PendingEvents[] {
    return [...this.untried, ...this.#alone]
  }

  cut(batch: readonly PendingEvents[], error: unknown): void {
    this.isCut = true
    this.error = error
    this.untried.push(...batch)
  }

  addFailedAlone(pending: PendingEvents, error: unknown): void {
    this.error = error
    this.#alone.push(pending)
  }
}

/** The event that replaces the events that the database rejects. */
export function unwritable(error: unknown): NonNullable<PendingEvents['finish']> {
  const message = `the database rejected the events of this execution: ${errorMessage(error).slice(0, MAX_MESSAGE_CHARS)}`
  const reason = { code: 'JOURNAL_UNWRITABLE', message }
  return { type: 'ExecutionFinished', status: 'FAILED', outputs: {}, failedNodes: [], reason }
}

/** Removes the events up to `seq`. Returns the same object if there are none, and undefined if no event is left. */
export function withoutEvents(pending: PendingEvents, seq: number): PendingEvents | undefined {
  const { firstSeq, events, times } = pending
  if (seq < firstSeq) return pending
  const from = seq - firstSeq + 1
  if (from >= events.length) return undefined
  return { ...pending, firstSeq: seq + 1, events: events.slice(from), times: times.slice(from) }
}

export function mergePending(older: PendingEvents, newer: PendingEvents): PendingEvents {
  const finish = newer.finish ?? older.finish
  return { ...older, events: [...older.events, ...newer.events], times: [...older.times, ...newer.times], finish }
}
