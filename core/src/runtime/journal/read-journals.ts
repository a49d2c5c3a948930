import type pg from 'pg'
import { AshlarError } from '../../base/index.ts'
import type { JournalEvent } from '../../engine/index.ts'
import { restoreBlobs } from './blobs.ts'
import { creationTime } from './journal-reader.ts'
import { decodeRow, type JournalRow } from './journal-rows.ts'

/** All committed events of an execution, or why they are unreadable, and the seq of the last one. */
export interface StoredJournal {
  events: JournalEvent[] | AshlarError
  lastSeq: number
}

/** Reads the journals of several executions with one statement, and a second one for large values. */
export async function readJournals(
  pool: pg.Pool | pg.ClientBase,
  executionIds: readonly string[],
): Promise<Map<string, StoredJournal>> {
  if (executionIds.length === 0) return new Map()
  const createdAt = executionIds.map((id) => creationTime(id).getTime())
  const { rows } = await pool.query<JournalRow & { execution_id: string }>(
    `select execution_id, events, first_seq, last_seq from journal
     where execution_id = any($1) and at >= $2 order by execution_id, first_seq, last_seq`,
    [executionIds, new Date(Math.min(...createdAt))],
  )
  const byExecution = Map.groupBy(rows, ({ execution_id: id }) => id)
  const journals = new Map<string, StoredJournal>(executionIds.map((id) => [id, toJournal(byExecution.get(id) ?? [])]))
  await restoreBlobs(
    pool,
    [...journals.values()].flatMap(({ events }) => (events instanceof AshlarError ? [] : events)),
  )
  return journals
}

/** Rows overlap if a writer wrote events again because it did not receive the response to a successful commit. */
function toJournal(rows: readonly JournalRow[]): StoredJournal {
  const lastSeq = rows.reduce((last, row) => Math.max(last, row.last_seq), 0)
  const events: JournalEvent[] = []
  try {
    for (const row of rows) for (const event of decodeRow(row)) if (event.seq > (events.at(-1)?.seq ?? 0)) events.push(event)
  } catch (error) {
    if (error instanceof AshlarError) return { events: error, lastSeq }
    throw error
  }
  return { events, lastSeq }
}
