import type pg from 'pg'
import { channelName } from '../database/index.ts'
import { messageOf } from '../errors/index.ts'
import { SEPARATOR, keepBlobs } from './blobs.ts'
import type { ExecutionEvent } from './events.ts'
import { lastSeqOf } from './journal-reader.ts'
import { JOURNAL_AT, encodeRow, toRuns, type EventRun } from './journal-rows.ts'

/** How long events may gather before they are written together. */
const GATHER_MS = 10
const MOST_ROWS = 200
const RETRY_AFTER_MS = 500
const MAX_MESSAGE_CHARS = 300

/** An execution's place in the journal. Once it is `lost`, another worker has the execution or it was cancelled. */
export interface JournalEntry {
  readonly executionId: string
  readonly fence: number
  /** Whom to wake when it has something new. */
  readonly parentId: string | null
  lastSeq: number
  committedSeq: number
  lost: boolean
}

interface Pending extends EventRun {
  entry: JournalEntry
  finish: Extract<ExecutionEvent, { type: 'ExecutionFinished' }> | undefined
}

/** Writes the events of all executions of a worker together: *group commit*. */
export interface JournalWriter {
  /** Adds an event; it is committed within a few milliseconds, in order. */
  append(entry: JournalEntry, event: ExecutionEvent): void
  /** Resolves when everything appended for this execution so far is committed, or it is lost. */
  committed(entry: JournalEntry): Promise<void>
  /** Resolves when everything appended is committed, or was refused. */
  close(): Promise<void>
}

export interface JournalWriterEvents {
  /** The ends of these executions are committed. */
  finished(entries: JournalEntry[]): void
  /** Children of these have committed an output or their end. */
  progressed(parentIds: string[]): void
  /** Told once per entry. */
  lost(entry: JournalEntry): void
  /** The database will never take what this execution has to tell: it ends, and nothing more is appended. */
  refused(entry: JournalEntry, error: unknown): void
  /** The database refused; the events stay and are tried again. */
  failed(error: unknown): void
}

export function createJournalWriter(pool: pg.Pool, told: JournalWriterEvents): JournalWriter {
  return new GroupCommit(pool, told)
}

/**
 * One statement a flush: the row of each execution is locked against being taken over or cancelled, provided its fencing
 * token is still the writer's; those that end get their final status; the events are added; readers are told. An execution
 * whose token has changed gets nothing written, and its entry becomes `lost`.
 *
 * What the database refuses for the sake of the data is written again execution by execution. One that is refused alone ends:
 * in the place of what it had to tell it gets a single event, that it FAILED with JOURNAL_UNWRITABLE. Everything else that goes
 * wrong passes, so the events stay and are tried again.
 */
class GroupCommit implements JournalWriter {
  readonly #pool: pg.Pool
  readonly #told: JournalWriterEvents
  #gathering = new Map<JournalEntry, Pending>()
  readonly #waiting = new Map<JournalEntry, { seq: number; resolve: () => void }[]>()
  readonly #refused = new WeakSet<JournalEntry>()
  #flushing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #soon: NodeJS.Immediate | undefined

  constructor(pool: pg.Pool, told: JournalWriterEvents) {
    this.#pool = pool
    this.#told = told
  }

  append(entry: JournalEntry, event: ExecutionEvent): void {
    if (entry.lost || this.#refused.has(entry)) return
    const seq = ++entry.lastSeq
    const pending = this.#gathering.get(entry) ?? this.#gather(entry, seq)
    pending.events.push(event)
    pending.times.push(Date.now())
    if (event.type === 'ExecutionFinished') pending.finish = event
    // Somebody waits for an end; while a flush is going on, ends gather for the next one all the same.
    if (pending.finish) this.#flushSoon()
    else this.#flushLater(GATHER_MS)
  }

  #gather(entry: JournalEntry, firstSeq: number): Pending {
    const pending: Pending = { entry, firstSeq, events: [], times: [], finish: undefined }
    this.#gathering.set(entry, pending)
    return pending
  }

  committed(entry: JournalEntry): Promise<void> {
    if (entry.lost || entry.committedSeq >= entry.lastSeq) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiting = this.#waiting.get(entry) ?? []
    this.#waiting.set(entry, [...waiting, { seq: entry.lastSeq, resolve }])
    this.#flushSoon()
    return promise
  }

  async close(): Promise<void> {
    await this.#flushing
    await this.#flush()
    clearTimeout(this.#timer)
    clearImmediate(this.#soon)
  }

  #flushSoon(): void {
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

  async #flush(): Promise<void> {
    while (this.#gathering.size > 0) {
      const batch = [...this.#gathering.values()].slice(0, MOST_ROWS)
      for (const { entry } of batch) this.#gathering.delete(entry)
      const failure = await this.#write(batch)
      if (!failure) continue
      this.#giveBack(failure.left)
      this.#told.failed(failure.error)
      return this.#flushLater(RETRY_AFTER_MS)
    }
  }

  async #write(batch: Pending[]): Promise<Failure | undefined> {
    try {
      this.#conclude(batch, await write(this.#pool, batch))
      return undefined
    } catch (error) {
      const [first, second] = batch
      if (!first || !isForItsData(error)) return { left: batch, error }
      return second ? this.#writeEach(batch) : this.#refuse(first, error)
    }
  }

  async #writeEach(batch: Pending[]): Promise<Failure | undefined> {
    for (const [i, pending] of batch.entries()) {
      const failure = await this.#write([pending])
      if (failure) return { ...failure, left: [...failure.left, ...batch.slice(i + 1)] }
    }
    return undefined
  }

  /** A commit that was not heard of may have succeeded, so the last event is looked up. */
  async #refuse(pending: Pending, error: unknown): Promise<Failure | undefined> {
    const { entry } = pending
    if (this.#refused.has(entry)) return { left: [pending], error }
    try {
      entry.lastSeq = (await lastSeqOf(this.#pool, entry.executionId)) + 1
    } catch (failure) {
      return { left: [pending], error: failure }
    }
    this.#refused.add(entry)
    this.#gathering.delete(entry)
    this.#told.refused(entry, error)
    const finish = unwritable(error)
    return this.#write([{ entry, firstSeq: entry.lastSeq, events: [finish], times: [Date.now()], finish }])
  }

  #conclude(batch: Pending[], written: ReadonlySet<string>): void {
    for (const { entry, firstSeq, events } of batch) {
      if (!written.has(entry.executionId) && !entry.lost) this.#lose(entry)
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
  #giveBack(batch: Pending[]): void {
    const newer = this.#gathering
    this.#gathering = new Map(batch.map((pending) => [pending.entry, pending]))
    for (const [entry, pending] of newer) {
      const older = this.#gathering.get(entry)
      this.#gathering.set(entry, older ? joined(older, pending) : pending)
    }
  }
}

/** What is to be tried again, and why. */
interface Failure {
  left: Pending[]
  error: unknown
}

/**
 * Whether the same would be refused again: SQLSTATE classes 22 (data exception) and 54 (program limit exceeded), and what is too
 * long to be sent at all. Source: PostgreSQL, Appendix A.
 */
function isForItsData(error: unknown): boolean {
  return error instanceof RangeError || /^(22|54)/.test(String((error as { code?: unknown } | null)?.code ?? ''))
}

function unwritable(error: unknown): NonNullable<Pending['finish']> {
  const message = `the journal cannot hold what the execution had to tell: ${messageOf(error).slice(0, MAX_MESSAGE_CHARS)}`
  const reason = { code: 'JOURNAL_UNWRITABLE', message }
  return { type: 'ExecutionFinished', status: 'FAILED', outputs: {}, failedNodes: [], reason }
}

function joined(older: Pending, newer: Pending): Pending {
  const finish = newer.finish ?? older.finish
  return { ...older, events: [...older.events, ...newer.events], times: [...older.times, ...newer.times], finish }
}

/** What a parent waits for. */
function isNews({ type }: ExecutionEvent): boolean {
  return type === 'GraphOutput' || type === 'ExecutionFinished'
}

const WRITE = {
  name: 'ashlar-journal',
  text: `
    with rows as materialized (
      select * from rows from (
        unnest($1::uuid[]), unnest($2::int[]), unnest($3::int[]), unnest($4::int[]), string_to_table($5, '${SEPARATOR}'),
        unnest($6::text[]), string_to_table($7, '${SEPARATOR}', ''), string_to_table($8, '${SEPARATOR}', ''),
        string_to_table($9, '${SEPARATOR}', '')
      ) as row(execution_id, fence, first_seq, last_seq, events, status, outputs, failed_nodes, reason)
    ), held as (
      select e.id from execution e join rows r on e.id = r.execution_id
      where e.fence = r.fence and e.status in ('RUNNING', 'WAITING') and r.status is null
      for share of e
    ), finished as (
      update execution e
      set status = r.status, outputs = r.outputs::json, failed_nodes = r.failed_nodes::json, reason = r.reason::json, finished_at = now()
      from rows r
      where e.id = r.execution_id and e.fence = r.fence and e.status in ('RUNNING', 'WAITING') and r.status is not null
      returning e.id
    ), written as (
      insert into journal (execution_id, first_seq, last_seq, events, at)
      select execution_id, first_seq, last_seq, events, ${JOURNAL_AT} from rows
      where execution_id in (select id from held union all select id from finished)
      returning execution_id
    )
    select array_agg(id) as ids, pg_notify('${channelName('journal')}', string_agg(id, ','))
    from (select distinct execution_id::text as id from written)`,
}

interface Row extends EventRun {
  entry: JournalEntry
  /** With the last row of an execution that ends. */
  finish: Pending['finish']
}

function toRows({ entry, finish, ...run }: Pending): Row[] {
  const runs = toRuns(run)
  return runs.map((each, i) => ({ ...each, entry, finish: i === runs.length - 1 ? finish : undefined }))
}

/** @returns the ids of the executions whose events were written */
async function write(pool: pg.Pool, batch: Pending[]): Promise<Set<string>> {
  const blobs = new Map<string, string>()
  const rows = batch.flatMap(toRows)
  const texts = rows.map((row) => encodeRow(row, blobs))
  if (blobs.size > 0) await keepBlobs(pool, blobs)
  const ofEnds = (value: (finish: NonNullable<Row['finish']>) => unknown): string =>
    rows.map(({ finish }) => (finish && JSON.stringify(value(finish))) ?? '').join(SEPARATOR)
  const values = [
    rows.map(({ entry }) => entry.executionId),
    rows.map(({ entry }) => entry.fence),
    rows.map(({ firstSeq }) => firstSeq),
    rows.map(({ firstSeq, events }) => firstSeq + events.length - 1),
    texts.join(SEPARATOR),
    rows.map(({ finish }) => finish?.status ?? null),
    ofEnds(({ outputs }) => outputs),
    ofEnds(({ failedNodes }) => failedNodes),
    ofEnds(({ reason }) => reason),
  ]
  const result = await pool.query<{ ids: string[] | null }>({ ...WRITE, values })
  return new Set(result.rows[0]?.ids ?? [])
}
