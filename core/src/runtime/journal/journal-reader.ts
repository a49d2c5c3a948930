import type pg from 'pg'
import { AshlarError } from '../../base/index.ts'
import { restoreBlobs } from './blobs.ts'
import { type ExecutionStatus, isFinal, type JournalEvent } from '../../engine/index.ts'
import type { News } from './news.ts'
import { decodeRow, type JournalRow } from './journal-rows.ts'

const PAGE_ROWS = 100
/** What the column holds at most. */
const MAX_SEQ = 2 ** 31 - 1

/**
 * Committed events of an execution after `after`, in order, at most `most`.
 *
 * @throws {AshlarError} JOURNAL_UNREADABLE
 */
export async function readEvents(
  pool: pg.Pool | pg.ClientBase,
  executionId: string,
  after: number,
  most: number,
): Promise<JournalEvent[]> {
  const events = await readStored(pool, executionId, after, most)
  await restoreBlobs(pool, events)
  return events
}

/** All committed events of an execution, or why they cannot be read; a database that does not answer is thrown. */
export async function readJournal(pool: pg.Pool, executionId: string): Promise<JournalEvent[] | AshlarError> {
  try {
    return await readEvents(pool, executionId, 0, Infinity)
  } catch (error) {
    if (error instanceof AshlarError) return error
    throw error
  }
}

async function readStored(
  pool: pg.Pool | pg.ClientBase,
  executionId: string,
  after: number,
  most: number,
): Promise<JournalEvent[]> {
  const events: JournalEvent[] = []
  for (let isMore = true; isMore && events.length < most;) {
    const last = events.at(-1)?.seq ?? after
    const rows = await readRows(pool, executionId, last, after + most)
    events.push(...rows.events)
    isMore = rows.isMore
  }
  return events.length > most ? events.slice(0, most) : events
}

/**
 * The events after `last` in the rows that begin up to `upTo`: of the last row also those beyond. Large values are left out.
 *
 * @throws {AshlarError} JOURNAL_UNREADABLE
 */
async function readRows(
  pool: pg.Pool | pg.ClientBase,
  executionId: string,
  last: number,
  upTo: number,
): Promise<{ events: JournalEvent[]; isMore: boolean }> {
  const { rows } = await pool.query<JournalRow>({
    name: 'ashlar-journal-read',
    text: `select events, first_seq, last_seq from journal where execution_id = $1 and last_seq > $2 and first_seq <= $3 and at >= $4 order by first_seq, last_seq limit ${PAGE_ROWS}`,
    values: [executionId, last, Math.min(upTo, MAX_SEQ), begunAt(executionId)],
  })
  const events: JournalEvent[] = []
  let seq = last
  for (const row of rows) {
    for (const event of decodeRow(row)) {
      // Rows overlap where a writer did not hear that a commit had succeeded and wrote the events once more.
      if (event.seq <= seq) continue
      events.push(event)
      seq = event.seq
    }
  }
  return { events, isMore: rows.length === PAGE_ROWS }
}

/** The number of the last event, also of a journal that cannot be read. */
export async function lastSeqOf(pool: pg.Pool | pg.ClientBase, executionId: string): Promise<number> {
  const { rows } = await pool.query<{ last: number | null }>(
    'select max(last_seq) as last from journal where execution_id = $1 and at >= $2',
    [executionId, begunAt(executionId)],
  )
  return rows[0]?.last ?? 0
}

/** When an execution was made, which its id (a UUID v7) tells: see {@link JOURNAL_AT}. Partitions before hold nothing of it. */
export function begunAt(executionId: string): Date {
  return new Date(Number.parseInt(executionId.slice(0, 8) + executionId.slice(9, 13), 16))
}

/** Events read ahead of a subscriber. */
const READ_AHEAD = 200
/** A reader that takes longer for so many is slow. */
const SLOW_MS = 1000

/** Not of the journal: the reader is slower than the execution. `seq` is that of the last event it has; `behind` is how many wait. */
export interface ReaderBehind {
  type: 'ReaderBehind'
  seq: number
  at: number
  behind: number
}

/**
 * Follows an execution from `after` on until it has finished: first the events in the journal, then each new one, each event
 * once and in order. Only committed events are seen. The generator ends after `ExecutionFinished`; where that event is not after
 * `after`, or retention has removed it, the generator ends as soon as the execution has a final status. Holds at most
 * {@link READ_AHEAD} events and a row's more, and one large value; a reader that cannot keep up gets a {@link ReaderBehind}. One that
 * leaves (`return`) while it waits is let go at once.
 */
export function followEvents(
  pool: pg.Pool,
  news: News,
  executionId: string,
  after: number,
): AsyncGenerator<JournalEvent | ReaderBehind, void> {
  const reader = { heard: Promise.withResolvers<void>(), hasLeft: false }
  const events = read(pool, news, executionId, after, reader)
  const leave = events.return.bind(events)
  events.return = (value) => {
    reader.hasLeft = true
    reader.heard.resolve()
    return leave(value)
  }
  return events
}

async function* read(
  pool: pg.Pool,
  news: News,
  executionId: string,
  after: number,
  reader: { heard: PromiseWithResolvers<void>; hasLeft: boolean },
): AsyncGenerator<JournalEvent | ReaderBehind, void> {
  const end = news.add(executionId, () => reader.heard.resolve())
  try {
    for (let last = after, hasEnded = false; !reader.hasLeft;) {
      const { events, isMore } = await readRows(pool, executionId, last, last + READ_AHEAD)
      const beganAt = performance.now()
      for (const event of events) {
        if ('refs' in event) await restoreBlobs(pool, [event])
        yield event
        if (event.type === 'ExecutionFinished') return
      }
      last = events.at(-1)?.seq ?? last
      if (isMore || events.length >= READ_AHEAD) {
        if (performance.now() - beganAt > SLOW_MS) yield* tellBehind(pool, executionId, last)
        continue
      }
      // An execution gets its final status together with its last events: one read after it has that status finds them all.
      if (hasEnded) return
      hasEnded = events.length === 0 && (await isOver(pool, executionId))
      if (hasEnded) continue
      await reader.heard.promise
      reader.heard = Promise.withResolvers()
    }
  } finally {
    end()
  }
}

async function isOver(pool: pg.Pool, executionId: string): Promise<boolean> {
  const { rows } = await pool.query<{ status: ExecutionStatus }>('select status from execution where id = $1', [executionId])
  return rows[0] === undefined || isFinal(rows[0].status)
}

async function* tellBehind(pool: pg.Pool, executionId: string, seq: number): AsyncGenerator<ReaderBehind, void> {
  const behind = (await lastSeqOf(pool, executionId)) - seq
  if (behind > READ_AHEAD) yield { type: 'ReaderBehind', seq, at: Date.now(), behind }
}
