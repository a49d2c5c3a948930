import { classifyFailure } from '../../postgres/index.ts'
import type { ExecutionEvent } from '../../engine/index.ts'
import { Round, mergePending, unwritable, withoutEvents } from './journal-round.ts'
import type { JournalEntry, JournalStore, PendingEvents } from './journal-store.ts'

const MAX_BATCH_ROWS = 200

/** Writes the events of all executions of a worker together: *group commit*. */
export interface JournalWriter {
  /** Adds an event. Events are committed in order, within a few milliseconds. */
  append(entry: JournalEntry, event: ExecutionEvent): void
  /** Resolves when all events appended for this execution so far are committed, or when its entry is lost. */
  committed(entry: JournalEntry): Promise<void>
  /** Resolves when all appended events are committed or refused, or could not be written in one more round. */
  close(): Promise<void>
}

interface JournalWriterEvents {
  /** The ends of these executions are committed. */
  finished(entries: JournalEntry[]): void
  /** Children of these executions have committed an output or their end. */
  progressed(parentIds: string[]): void
  /** The execution was cancelled or has a newer lease. Called once per entry. */
  lost(entry: JournalEntry): void
  /**
   * The database rejects the events of this execution. A failed end is committed in their place, and no further events
   * are accepted.
   */
  refused(entry: JournalEntry, error: unknown): void
  /** The environment prevents writing. The events are kept and written later. Called in every such round. */
  failed(error: unknown): void
  /**
   * `false` after each round in which nothing could be written; `true` after the first round that writes events
   * again.
   */
  writable(isWritable: boolean, error?: unknown): void
}

/** In milliseconds. */
interface JournalWriterTimes {
  /** The time for which events are gathered before they are written together. */
  gather: number
  /** The delay before the first retry after the environment prevented writing. It doubles up to `longestRetry`. */
  firstRetry: number
  longestRetry: number
  /** The delay before an entry is retried that the environment prevents while other entries are written. */
  postponed: number
}

const TIMES: JournalWriterTimes = { gather: 10, firstRetry: 200, longestRetry: 2000, postponed: 2000 }

export function createJournalWriter(
  store: JournalStore,
  events: JournalWriterEvents,
  times: JournalWriterTimes = TIMES,
): JournalWriter {
  return new GroupCommit(store, events, times)
}

/**
 * Gathers events for a few milliseconds and then writes them with one statement for all executions (see
 * {@link JournalStore}). An entry whose fence is no longer current is not written and becomes `lost`.
 *
 * If the statement fails, nothing of the batch is written. The reaction depends on the cause ({@link classifyFailure}):
 *
 * - `connection`: the round ends, and the events are written in a later round.
 * - `environment` and `statement`: the batch is halved until each part is written or is a single entry, so that one
 *   entry never prevents others from being written.
 * - A single entry with the cause `statement` ends: its events are replaced by one ExecutionFinished event with the
 *   status FAILED and the code JOURNAL_UNWRITABLE. The entry ends only once this event is committed, which proves that
 *   the journal is writable.
 * - A single entry with the cause `environment` is kept. If other entries are written, it is postponed and retried
 *   every two seconds. If nothing is written, the round ends after two such entries: the journal is not writable and is
 *   retried after a delay.
 */
class GroupCommit implements JournalWriter {
  readonly #store: JournalStore
  readonly #listener: JournalWriterEvents
  readonly #times: JournalWriterTimes
  #gathering = new Map<JournalEntry, PendingEvents>()
  readonly #waiting = new Map<JournalEntry, { seq: number; resolve: () => void }[]>()
  readonly #refused = new WeakSet<JournalEntry>()
  #flushing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #soon: NodeJS.Immediate | undefined
  /** Set while the journal is not writable. No attempt is made before this delay has passed. */
  #retryMs: number | undefined
  #isWritable = true
  /** Entries that the environment prevents while others are written. */
  readonly #postponed = new Map<JournalEntry, PendingEvents>()
  readonly #wasPostponed = new WeakSet<JournalEntry>()
  #postponedTimer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(store: JournalStore, events: JournalWriterEvents, times: JournalWriterTimes) {
    this.#store = store
    this.#times = times
    this.#listener = events
  }

  append(entry: JournalEntry, event: ExecutionEvent): void {
    if (entry.lost || this.#refused.has(entry)) return
    const seq = ++entry.lastSeq
    const pending = this.#gathering.get(entry) ?? this.#gather(entry, seq)
    pending.events.push(event)
    pending.times.push(Date.now())
    if (event.type === 'ExecutionFinished') pending.finish = event
    // A caller waits for an end, so it is written soon. During a flush, ends gather for the next one.
    if (pending.finish) this.#flushSoon()
    else this.#flushLater(this.#times.gather)
  }

  #gather(entry: JournalEntry, firstSeq: number): PendingEvents {
    const pending: PendingEvents = { entry, firstSeq, events: [], times: [], finish: undefined }
    this.#gathering.set(entry, pending)
    return pending
  }

  committed(entry: JournalEntry): Promise<void> {
    if (entry.lost || this.#refused.has(entry) || entry.committedSeq >= entry.lastSeq) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiting = this.#waiting.get(entry) ?? []
    this.#waiting.set(entry, [...waiting, { seq: entry.lastSeq, resolve }])
    this.#flushSoon()
    return promise
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#flushing
    this.#resumePostponed()
    await this.#flush()
    clearTimeout(this.#timer)
    clearImmediate(this.#soon)
  }

  #flushSoon(): void {
    if (this.#retryMs !== undefined) return
    this.#soon ??= setImmediate(() => {
      this.#soon = undefined
      this.#flushing ??= this.#flush().finally(() => (this.#flushing = undefined))
    })
  }

  #flushLater(afterMs: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#flushing ??= this.#flush().finally(() => (this.#flushing = undefined))
    }, afterMs)
  }

  /** Ends when no events are left, or after a round in which nothing could be written. */
  async #flush(): Promise<void> {
    for (let batch = this.#takeBatch(); batch.length > 0; batch = this.#takeBatch()) {
      const round = new Round()
      await this.#write(batch, round)
      const isPrevented = this.#isPrevented(round)
      if (isPrevented || !this.#isWritable) this.#listener.writable((this.#isWritable = !isPrevented), round.error)
      if (round.remaining.length > 0) this.#listener.failed(round.error)
      if (isPrevented) return this.#retryLater(round.remaining)
      this.#postpone(round.remaining)
    }
    this.#retryMs = undefined
  }

  #takeBatch(): PendingEvents[] {
    const batch: PendingEvents[] = []
    for (const [entry, pending] of this.#gathering) {
      if (this.#postponed.has(entry)) continue
      this.#gathering.delete(entry)
      if (batch.push(pending) === MAX_BATCH_ROWS) break
    }
    return batch
  }

  /** Entries that were postponed before do not indicate whether the journal as a whole is writable. */
  #isPrevented({ isCut, hasWritten, remaining }: Round): boolean {
    return isCut || (!hasWritten && remaining.some(({ entry }) => !this.#isWritable || !this.#wasPostponed.has(entry)))
  }

  #retryLater(left: readonly PendingEvents[]): void {
    this.#putBack(left)
    const { firstRetry, longestRetry } = this.#times
    this.#retryMs = Math.min((this.#retryMs ?? firstRetry / 2) * 2, longestRetry)
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (!this.#isClosed) this.#flushLater(this.#retryMs)
  }

  /** Newer events of these entries wait until the entries are retried. */
  #postpone(left: readonly PendingEvents[]): void {
    for (const pending of left) {
      this.#postponed.set(pending.entry, pending)
      this.#wasPostponed.add(pending.entry)
    }
    if (left.length > 0 && !this.#isClosed)
      this.#postponedTimer ??= setTimeout(() => this.#resumePostponed(), this.#times.postponed)
  }

  #resumePostponed(): void {
    clearTimeout(this.#postponedTimer)
    this.#postponedTimer = undefined
    const postponed = [...this.#postponed.values()]
    this.#postponed.clear()
    this.#putBack(postponed)
    if (!this.#isClosed) this.#flushSoon()
  }

  async #write(batch: PendingEvents[], round: Round): Promise<void> {
    if (round.isOver) return void round.untried.push(...batch)
    let written: ReadonlySet<JournalEntry>
    try {
      written = await this.#store.write(batch)
    } catch (error) {
      return this.#writeParts(batch, error, round)
    }
    round.hasWritten = true
    this.#conclude(batch, written)
  }

  async #writeParts(batch: PendingEvents[], error: unknown, round: Round): Promise<void> {
    const cause = classifyFailure(error)
    const [first, second] = batch
    if (cause === 'connection' || !first) return round.cut(batch, error)
    if (second) {
      const middle = batch.length >> 1
      await this.#write(batch.slice(0, middle), round)
      await this.#write(batch.slice(middle), round)
    } else if (cause === 'environment') round.addFailedAlone(first, error)
    else await this.#refuse(first, error, round)
  }

  /**
   * A commit without a response may have succeeded, so events of the entry that are already stored are not written
   * again.
   */
  async #refuse(pending: PendingEvents, error: unknown, round: Round): Promise<void> {
    const { entry } = pending
    try {
      const stored = await this.#store.lastSeq(entry)
      if (stored === undefined) return this.#conclude([pending], new Set())
      const rest = withoutEvents(pending, stored)
      if (rest !== pending) return rest ? await this.#write([rest], round) : this.#conclude([pending], new Set([entry]))
      await this.#end(pending, stored, error)
      round.hasWritten = true
    } catch (failure) {
      round.addFailedAlone(pending, failure)
    }
  }

  /** A refused entry accepts no further events, so no events have gathered behind the end. */
  async #end({ entry }: PendingEvents, stored: number, error: unknown): Promise<void> {
    const finish = unwritable(error)
    const end = { entry, firstSeq: stored + 1, events: [finish], times: [Date.now()], finish }
    const written = await this.#store.write([end])
    this.#refused.add(entry)
    this.#gathering.delete(entry)
    entry.lastSeq = end.firstSeq
    if (written.has(entry)) this.#listener.refused(entry, error)
    this.#conclude([end], written)
  }

  #conclude(batch: PendingEvents[], written: ReadonlySet<JournalEntry>): void {
    for (const { entry, firstSeq, events } of batch) {
      if (!written.has(entry) && !entry.lost) this.#lose(entry)
      this.#wasPostponed.delete(entry)
      entry.committedSeq = firstSeq + events.length - 1
      this.#resolveCommitted(entry)
    }
    const finished = batch.filter(({ entry, finish }) => finish && !entry.lost).map(({ entry }) => entry)
    if (finished.length > 0) this.#listener.finished(finished)
    const parentIds = batch.flatMap(({ entry, events }) =>
      entry.parentId !== null && !entry.lost && events.some(isNews) ? [entry.parentId] : [],
    )
    if (parentIds.length > 0) this.#listener.progressed(parentIds)
  }

  #resolveCommitted(entry: JournalEntry): void {
    const waiting = this.#waiting.get(entry)
    if (!waiting) return
    const isOver = entry.lost || this.#refused.has(entry)
    const left = waiting.filter(({ seq }) => seq > entry.committedSeq && !isOver)
    if (left.length > 0) this.#waiting.set(entry, left)
    else this.#waiting.delete(entry)
    for (const each of waiting) if (!left.includes(each)) each.resolve()
  }

  #lose(entry: JournalEntry): void {
    entry.lost = true
    this.#gathering.delete(entry)
    this.#listener.lost(entry)
  }

  /** Puts events back before those that have gathered since. */
  #putBack(batch: readonly PendingEvents[]): void {
    const newer = this.#gathering
    this.#gathering = new Map(batch.map((pending) => [pending.entry, pending]))
    for (const [entry, pending] of newer) {
      const older = this.#gathering.get(entry)
      this.#gathering.set(entry, older ? mergePending(older, pending) : pending)
    }
  }
}

/** Whether a parent waits for events of this type. */
function isNews({ type }: ExecutionEvent): boolean {
  return type === 'GraphOutput' || type === 'ExecutionFinished'
}
