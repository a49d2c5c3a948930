import { classifyFailure } from '../database/index.ts'
import type { ExecutionEvent } from './events.ts'
import { Round, joined, unwritable, without } from './journal-round.ts'
import type { JournalEntry, JournalStore, PendingEvents } from './journal-store.ts'

const MOST_ROWS = 200

/** Writes the events of all executions of a worker together: *group commit*. */
export interface JournalWriter {
  /** Adds an event; it is committed within a few milliseconds, in order. */
  append(entry: JournalEntry, event: ExecutionEvent): void
  /** Resolves when everything appended for this execution so far is committed, or it is lost. */
  committed(entry: JournalEntry): Promise<void>
  /** Resolves when everything appended is committed, was refused, or could not be written in one more round. */
  close(): Promise<void>
}

export interface JournalWriterEvents {
  /** The ends of these executions are committed. */
  finished(entries: JournalEntry[]): void
  /** Children of these have committed an output or their end. */
  progressed(parentIds: string[]): void
  /** Another claim has the execution, or it was cancelled. Called once per entry. */
  lost(entry: JournalEntry): void
  /** The database does not accept the events of this execution: its end is committed, and nothing more is appended. */
  refused(entry: JournalEntry, error: unknown): void
  /** The environment prevents writing; the events stay and are written later. Called in every round in which it does. */
  failed(error: unknown): void
  /** A round has written events after one in which nothing could be written (`false`), or the reverse. */
  writable(isWritable: boolean, error?: unknown): void
}

/** In milliseconds. */
export interface JournalWriterTimes {
  /** How long events may gather before they are written together. */
  gather: number
  /** Before the first repetition of what the environment prevented; doubled each time up to the longest. */
  firstRetry: number
  longestRetry: number
  /** After which an entry is tried again that the environment prevents while others are written. */
  aside: number
}

const TIMES: JournalWriterTimes = { gather: 10, firstRetry: 200, longestRetry: 2000, aside: 2000 }

export function createJournalWriter(
  store: JournalStore,
  events: JournalWriterEvents,
  times: JournalWriterTimes = TIMES,
): JournalWriter {
  return new GroupCommit(store, events, times)
}

/**
 * Events gather for a few milliseconds, and are then written by one statement for all executions (see {@link JournalStore}). An
 * entry whose fence does not hold gets nothing written, and becomes `lost`.
 *
 * When the statement fails, nothing of the batch is written. What happens then depends on the cause ({@link classifyFailure}):
 *
 * - `connection`: the round ends, and the events are written in a later one.
 * - `environment` and `statement`: the batch is halved until each half is written or is a single entry, so that one entry never
 *   keeps others from being written.
 * - A single entry with the cause `statement` ends: in the place of its events it gets one, that it FAILED with
 *   JOURNAL_UNWRITABLE. It ends only once this event is committed, which proves that the journal can be written.
 * - A single entry with the cause `environment` stays. Where others are written, it is set aside and tried again every two seconds.
 *   Where nothing is written, the round ends after two of them: the journal cannot be written, and is tried again after a pause.
 */
class GroupCommit implements JournalWriter {
  readonly #store: JournalStore
  readonly #told: JournalWriterEvents
  readonly #times: JournalWriterTimes
  #gathering = new Map<JournalEntry, PendingEvents>()
  readonly #waiting = new Map<JournalEntry, { seq: number; resolve: () => void }[]>()
  readonly #refused = new WeakSet<JournalEntry>()
  #flushing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #soon: NodeJS.Immediate | undefined
  /** Set while the journal cannot be written: nothing is tried before its time. */
  #retryMs: number | undefined
  #isWritable = true
  /** What the environment prevents while others are written. */
  readonly #aside = new Map<JournalEntry, PendingEvents>()
  readonly #wasAside = new WeakSet<JournalEntry>()
  #asideTimer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(store: JournalStore, events: JournalWriterEvents, times: JournalWriterTimes) {
    this.#store = store
    this.#times = times
    this.#told = events
  }

  append(entry: JournalEntry, event: ExecutionEvent): void {
    if (entry.lost || this.#refused.has(entry)) return
    const seq = ++entry.lastSeq
    const pending = this.#gathering.get(entry) ?? this.#gather(entry, seq)
    pending.events.push(event)
    pending.times.push(Date.now())
    if (event.type === 'ExecutionFinished') pending.finish = event
    // A caller waits for an end; during a flush, ends gather for the next one all the same.
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
    this.#takeBackAside()
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

  /** Ends when nothing is left, or after a round in which nothing could be written. */
  async #flush(): Promise<void> {
    for (let batch = this.#takeBatch(); batch.length > 0; batch = this.#takeBatch()) {
      const round = new Round()
      await this.#write(batch, round)
      const isPrevented = this.#isPrevented(round)
      if (isPrevented || !this.#isWritable) this.#told.writable((this.#isWritable = !isPrevented), round.error)
      if (round.left.length > 0) this.#told.failed(round.error)
      if (isPrevented) return this.#retryLater(round.left)
      this.#setAside(round.left)
    }
    this.#retryMs = undefined
  }

  #takeBatch(): PendingEvents[] {
    const batch: PendingEvents[] = []
    for (const [entry, pending] of this.#gathering) {
      if (this.#aside.has(entry)) continue
      this.#gathering.delete(entry)
      if (batch.push(pending) === MOST_ROWS) break
    }
    return batch
  }

  /** Entries that were set aside before say nothing of the journal as a whole. */
  #isPrevented({ isCut, hasWritten, left }: Round): boolean {
    return isCut || (!hasWritten && left.some(({ entry }) => !this.#isWritable || !this.#wasAside.has(entry)))
  }

  #retryLater(left: readonly PendingEvents[]): void {
    this.#giveBack(left)
    const { firstRetry, longestRetry } = this.#times
    this.#retryMs = Math.min((this.#retryMs ?? firstRetry / 2) * 2, longestRetry)
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (!this.#isClosed) this.#flushLater(this.#retryMs)
  }

  /** Their newer events wait until they are tried again. */
  #setAside(left: readonly PendingEvents[]): void {
    for (const pending of left) {
      this.#aside.set(pending.entry, pending)
      this.#wasAside.add(pending.entry)
    }
    if (left.length > 0 && !this.#isClosed) this.#asideTimer ??= setTimeout(() => this.#takeBackAside(), this.#times.aside)
  }

  #takeBackAside(): void {
    clearTimeout(this.#asideTimer)
    this.#asideTimer = undefined
    const aside = [...this.#aside.values()]
    this.#aside.clear()
    this.#giveBack(aside)
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
    } else if (cause === 'environment') round.preventAlone(first, error)
    else await this.#refuse(first, error, round)
  }

  /** A commit whose answer did not arrive may have succeeded: what is stored of the entry is not written again. */
  async #refuse(pending: PendingEvents, error: unknown, round: Round): Promise<void> {
    const { entry } = pending
    try {
      const stored = await this.#store.lastSeq(entry)
      if (stored === undefined) return this.#conclude([pending], new Set())
      const rest = without(pending, stored)
      if (rest !== pending) return rest ? await this.#write([rest], round) : this.#conclude([pending], new Set([entry]))
      await this.#end(pending, stored, error)
      round.hasWritten = true
    } catch (failure) {
      round.preventAlone(pending, failure)
    }
  }

  /** Entries that are refused append nothing more, so nothing has gathered behind the end. */
  async #end({ entry }: PendingEvents, stored: number, error: unknown): Promise<void> {
    const finish = unwritable(error)
    const end = { entry, firstSeq: stored + 1, events: [finish], times: [Date.now()], finish }
    const written = await this.#store.write([end])
    this.#refused.add(entry)
    this.#gathering.delete(entry)
    entry.lastSeq = end.firstSeq
    if (written.has(entry)) this.#told.refused(entry, error)
    this.#conclude([end], written)
  }

  #conclude(batch: PendingEvents[], written: ReadonlySet<JournalEntry>): void {
    for (const { entry, firstSeq, events } of batch) {
      if (!written.has(entry) && !entry.lost) this.#lose(entry)
      this.#wasAside.delete(entry)
      entry.committedSeq = firstSeq + events.length - 1
      this.#tellCommitted(entry)
    }
    const finished = batch.filter(({ entry, finish }) => finish && !entry.lost).map(({ entry }) => entry)
    if (finished.length > 0) this.#told.finished(finished)
    const parentIds = batch.flatMap(({ entry, events }) =>
      entry.parentId !== null && !entry.lost && events.some(isNews) ? [entry.parentId] : [],
    )
    if (parentIds.length > 0) this.#told.progressed(parentIds)
  }

  #tellCommitted(entry: JournalEntry): void {
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
    this.#told.lost(entry)
  }

  /** What was to be written comes before what has gathered since. */
  #giveBack(batch: readonly PendingEvents[]): void {
    const newer = this.#gathering
    this.#gathering = new Map(batch.map((pending) => [pending.entry, pending]))
    for (const [entry, pending] of newer) {
      const older = this.#gathering.get(entry)
      this.#gathering.set(entry, older ? joined(older, pending) : pending)
    }
  }
}

/** What a parent waits for. */
function isNews({ type }: ExecutionEvent): boolean {
  return type === 'GraphOutput' || type === 'ExecutionFinished'
}
