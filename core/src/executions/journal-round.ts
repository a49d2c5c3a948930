import { messageOf } from '../errors/index.ts'
import type { PendingEvents } from './journal-store.ts'

/** Entries that the environment prevents one by one, while nothing is written, before the rest of a batch is left for later. */
const MOST_FAILED_ALONE = 2
const MAX_MESSAGE_CHARS = 300

/** What became of the batch of one flush. */
export class Round {
  hasWritten = false
  error: unknown
  readonly untried: PendingEvents[] = []
  /** The connection was lost: nothing is known of the rest. */
  isCut = false
  readonly #alone: PendingEvents[] = []

  /** Nothing more of the batch is tried. */
  get isOver(): boolean {
    return this.isCut || (!this.hasWritten && this.#alone.length >= MOST_FAILED_ALONE)
  }

  /** What is to be written later: those that failed alone come last. */
  get left(): PendingEvents[] {
    return [...this.untried, ...this.#alone]
  }

  cut(batch: readonly PendingEvents[], error: unknown): void {
    this.isCut = true
    this.error = error
    this.untried.push(...batch)
  }

  preventAlone(pending: PendingEvents, error: unknown): void {
    this.error = error
    this.#alone.push(pending)
  }
}

/** The event in the place of those that the database does not accept. */
export function unwritable(error: unknown): NonNullable<PendingEvents['finish']> {
  const message = `the database rejected the events of this execution: ${messageOf(error).slice(0, MAX_MESSAGE_CHARS)}`
  const reason = { code: 'JOURNAL_UNWRITABLE', message }
  return { type: 'ExecutionFinished', status: 'FAILED', outputs: {}, failedNodes: [], reason }
}

/** Without the events up to `seq`: the same object where there are none, undefined where nothing is left. */
export function without(pending: PendingEvents, seq: number): PendingEvents | undefined {
  const { firstSeq, events, times } = pending
  if (seq < firstSeq) return pending
  const from = seq - firstSeq + 1
  if (from >= events.length) return undefined
  return { ...pending, firstSeq: seq + 1, events: events.slice(from), times: times.slice(from) }
}

export function joined(older: PendingEvents, newer: PendingEvents): PendingEvents {
  const finish = newer.finish ?? older.finish
  return { ...older, events: [...older.events, ...newer.events], times: [...older.times, ...newer.times], finish }
}
