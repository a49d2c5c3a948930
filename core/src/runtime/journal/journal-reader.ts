import type pg from 'pg'
import { DeltaBuffer, type DeltaNews, type OutputDelta } from '../deltas/index.ts'
import { restoreBlobs, restoreBlobTexts } from './blobs.ts'
import { type ExecutionStatus, isFinal, type JournalEvent } from '../../engine/index.ts'
import type { News } from './news.ts'
import { decodeRow, type JournalRow } from './journal-rows.ts'

const PAGE_ROWS = 100
/** The maximum value of the column. */
const MAX_SEQ = 2 ** 31 - 1

/** Reads the committed events of an execution after `after`, in order. @throws {AshlarError} JOURNAL_UNREADABLE */
export async function readEvents(pool: pg.Pool | pg.ClientBase, executionId: string, after: number): Promise<JournalEvent[]> {
  const all: JournalEvent[] = []
  for await (const events of readPages(pool, executionId, after)) for (const event of events) all.push(event)
  return all
}

/** Reads the committed events of an execution page by page, in order. @throws {AshlarError} JOURNAL_UNREADABLE */
export async function* readPages(
  pool: pg.Pool | pg.ClientBase,
  executionId: string,
  after: number,
): AsyncGenerator<JournalEvent[], void> {
  let last = after
  for (let isMore = true; isMore;) {
    const rows = await readRows(pool, executionId, last, MAX_SEQ)
    await restoreBlobs(pool, rows.events)
    yield rows.events
    last = rows.events.at(-1)?.seq ?? last
    isMore = rows.isMore
  }
}

/**
 * Returns the events after `last` from the rows that begin up to `upTo`, including later events of the last row,
 * without large values.
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
    values: [executionId, last, Math.min(upTo, MAX_SEQ), creationTime(executionId)],
  })
  const events: JournalEvent[] = []
  let seq = last
  for (const row of rows) {
    for (const event of decodeRow(row)) {
      // Rows overlap if a writer wrote events again because it did not receive the response to a successful commit.
      if (event.seq <= seq) continue
      events.push(event)
      seq = event.seq
    }
  }
  return { events, isMore: rows.length === PAGE_ROWS }
}

/** Returns the seq of the last event. Also works for an unreadable journal. */
export async function readLastSeq(pool: pg.Pool | pg.ClientBase, executionId: string): Promise<number> {
  const { rows } = await pool.query<{ last: number | null }>(
    'select max(last_seq) as last from journal where execution_id = $1 and at >= $2',
    [executionId, creationTime(executionId)],
  )
  return rows[0]?.last ?? 0
}

/**
 * The creation time of an execution, from its id (a UUID v7): see {@link JOURNAL_AT}. Earlier partitions contain none
 * of its events.
 */
export function creationTime(executionId: string): Date {
  return new Date(Number.parseInt(executionId.slice(0, 8) + executionId.slice(9, 13), 16))
}

/** The maximum number of events that are read ahead of a subscriber. */
const READ_AHEAD = 200
/** A reader is slow if it takes longer than this for {@link READ_AHEAD} events. */
const SLOW_MS = 1000

/**
 * Not a journal event: the reader is slower than the execution. `seq` is the last event it has received; `behind` is
 * the number of waiting events.
 */
interface ReaderBehind {
  type: 'ReaderBehind'
  seq: number
  at: number
  behind: number
}

/** Not a journal event: a piece of a text that a block streams. `seq` is the last event that the reader received. */
interface NodeOutputDelta extends Omit<OutputDelta, 'after'> {
  type: 'NodeOutputDelta'
  seq: number
  at: number
}

/** What a reader that follows an execution receives. */
export type Followed = JournalEvent | ReaderBehind | NodeOutputDelta

/**
 * Follows an execution after `after` until it has finished: first the events in the journal, then each new event, each
 * once and in order. Only committed events are yielded. Large values are of type {@link JsonText}.
 *
 * The generator ends after `ExecutionFinished`. If that event is not after `after`, or retention has removed it, the
 * generator ends as soon as the execution has a final status. It holds at most {@link READ_AHEAD} events, the rest of
 * one row, and one large value. A reader that cannot keep up receives a {@link ReaderBehind}. A reader that leaves
 * (`return`) while it waits is released immediately. Pieces of texts are passed on while the reader has received all
 * events so far.
 */
export function followEvents(sources: FollowedSources, executionId: string, after: number): AsyncGenerator<Followed, void> {
  const reader: Reader = { woken: Promise.withResolvers(), hasNews: false, hasLeft: false, deltas: new DeltaBuffer() }
  const events = read(sources, executionId, after, reader)
  const leave = events.return.bind(events)
  events.return = (value) => {
    reader.hasLeft = true
    reader.woken.resolve()
    return leave(value)
  }
  return events
}

interface FollowedSources {
  pool: pg.Pool
  news: News
  deltas: DeltaNews
}

interface Reader {
  woken: PromiseWithResolvers<void>
  /** Events have been committed since the last read. */
  hasNews: boolean
  hasLeft: boolean
  deltas: DeltaBuffer
}

async function* read(
  { pool, news, deltas }: FollowedSources,
  executionId: string,
  after: number,
  reader: Reader,
): AsyncGenerator<Followed, void> {
  const endNews = news.add(executionId, () => {
    reader.hasNews = true
    reader.woken.resolve()
  })
  const endDeltas = deltas.add(executionId, (delta) => {
    reader.deltas.add(delta)
    reader.woken.resolve()
  })
  try {
    for (let last = after, hasEnded = false; !reader.hasLeft;) {
      reader.hasNews = false
      const { events, isMore } = await readRows(pool, executionId, last, last + READ_AHEAD)
      const beganAt = performance.now()
      for (const event of events) {
        if ('refs' in event) await restoreBlobTexts(pool, [event])
        reader.deltas.passed(event)
        yield event
        if (event.type === 'ExecutionFinished') return
      }
      last = events.at(-1)?.seq ?? last
      if (isMore || events.length >= READ_AHEAD) {
        if (performance.now() - beganAt > SLOW_MS) yield* reportBehind(pool, executionId, last)
        continue
      }
      // The final status and the last events are committed together, so a read after the final status finds all events.
      if (hasEnded) return
      hasEnded = events.length === 0 && (await isOver(pool, executionId))
      if (!hasEnded) yield* passDeltas(reader, last)
    }
  } finally {
    endNews()
    endDeltas()
  }
}

/** Passes on pieces of texts until there is news. */
async function* passDeltas(reader: Reader, seq: number): AsyncGenerator<NodeOutputDelta, void> {
  while (!reader.hasNews && !reader.hasLeft) {
    for (const { after: _, ...delta } of reader.deltas.take(seq)) yield { type: 'NodeOutputDelta', seq, at: Date.now(), ...delta }
    if (reader.hasNews) return
    await reader.woken.promise
    reader.woken = Promise.withResolvers()
  }
}

async function isOver(pool: pg.Pool, executionId: string): Promise<boolean> {
  const { rows } = await pool.query<{ status: ExecutionStatus }>('select status from execution where id = $1', [executionId])
  return rows[0] === undefined || isFinal(rows[0].status)
}

async function* reportBehind(pool: pg.Pool, executionId: string, seq: number): AsyncGenerator<ReaderBehind, void> {
  const behind = (await readLastSeq(pool, executionId)) - seq
  if (behind > READ_AHEAD) yield { type: 'ReaderBehind', seq, at: Date.now(), behind }
}
