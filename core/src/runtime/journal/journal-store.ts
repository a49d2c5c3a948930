import type pg from 'pg'
import { stringifyDeferred } from '../../base/index.ts'
import { channelName } from '../../postgres/index.ts'
import { SEPARATOR, storeBlobs } from './blobs.ts'
import type { ExecutionEvent } from '../../engine/index.ts'
import { JOURNAL_AT, encodeRow, toRuns, type EventRun } from './journal-rows.ts'
import { creationTime } from './journal-reader.ts'

/** The position of an execution in the journal. Once it is `lost`, the execution was cancelled or has a newer lease. */
export interface JournalEntry {
  readonly executionId: string
  readonly fence: number
  /** The execution to wake after a commit of this one. */
  readonly parentId: string | null
  lastSeq: number
  committedSeq: number
  lost: boolean
}

/** Events of an entry to write together. */
export interface PendingEvents extends EventRun {
  entry: JournalEntry
  finish: Extract<ExecutionEvent, { type: 'ExecutionFinished' }> | undefined
}

/** The statements of the journal writer. */
export interface JournalStore {
  /**
   * Writes the events of these entries in one atomic statement and sets the final status of executions that end. It
   * skips entries whose fence differs from that of their execution.
   *
   * @returns the entries whose fence is current, which were written
   */
  write(batch: readonly PendingEvents[]): Promise<ReadonlySet<JournalEntry>>
  /** The last committed event of an entry; undefined when its fence is no longer current. */
  lastSeq(entry: JournalEntry): Promise<number | undefined>
}

export function createJournalStore(pool: pg.Pool): JournalStore {
  return {
    write: (batch) => write(pool, batch),
    async lastSeq({ executionId, fence }) {
      const { rows } = await pool.query<{ last: number }>(
        `select coalesce((select max(last_seq) from journal where execution_id = e.id and at >= $3), 0) as last
         from execution e where id = $1 and fence = $2 and status in ('RUNNING', 'WAITING')`,
        [executionId, fence, creationTime(executionId)],
      )
      return rows[0]?.last
    },
  }
}

/**
 * The statement locks the row of each execution against new leases and cancellation. It compares the fence for each
 * journal row separately, because a batch may contain two entries of one execution if a worker has leased the execution
 * again.
 */
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
      select e.id, e.fence from execution e join rows r on e.id = r.execution_id
      where e.fence = r.fence and e.status in ('RUNNING', 'WAITING') and r.status is null
      for share of e
    ), finished as (
      update execution e
      set status = r.status, outputs = r.outputs::json, failed_nodes = r.failed_nodes::json, reason = r.reason::json, finished_at = now()
      from rows r
      where e.id = r.execution_id and e.fence = r.fence and e.status in ('RUNNING', 'WAITING') and r.status is not null
      returning e.id, e.fence
    ), holds as materialized (
      select id, fence from held union select id, fence from finished
    ), written as (
      insert into journal (execution_id, first_seq, last_seq, events, at)
      select execution_id, first_seq, last_seq, events, ${JOURNAL_AT} from rows
      where (execution_id, fence) in (select id, fence from holds)
    )
    select array_agg(id || ':' || fence) as keys, pg_notify('${channelName('journal')}', string_agg(id::text, ','))
    from holds`,
}

interface Row extends EventRun {
  entry: JournalEntry
  /** Set for the last row of an execution that ends. */
  finish: PendingEvents['finish']
}

async function write(pool: pg.Pool, batch: readonly PendingEvents[]): Promise<ReadonlySet<JournalEntry>> {
  const blobs = new Map<string, Buffer>()
  const rows = batch.flatMap(toRows)
  const texts = rows.map((row) => encodeRow(row, blobs))
  if (blobs.size > 0) await storeBlobs(pool, blobs)
  const endColumn = (value: (finish: NonNullable<Row['finish']>) => unknown): string =>
    rows.map(({ finish }) => (finish && stringifyDeferred(value(finish), 2)) ?? '').join(SEPARATOR)
  const values = [
    rows.map(({ entry }) => entry.executionId),
    rows.map(({ entry }) => entry.fence),
    rows.map(({ firstSeq }) => firstSeq),
    rows.map(({ firstSeq, events }) => firstSeq + events.length - 1),
    texts.join(SEPARATOR),
    rows.map(({ finish }) => finish?.status ?? null),
    endColumn(({ outputs }) => outputs),
    endColumn(({ failedNodes }) => failedNodes),
    endColumn(({ reason }) => reason),
  ]
  const result = await pool.query<{ keys: string[] | null }>({ ...WRITE, values })
  const keys = new Set(result.rows[0]?.keys)
  return new Set(batch.flatMap(({ entry }) => (keys.has(`${entry.executionId}:${entry.fence}`) ? [entry] : [])))
}

function toRows({ entry, finish, ...run }: PendingEvents): Row[] {
  const runs = toRuns(run)
  return runs.map((each, i) => ({ ...each, entry, finish: i === runs.length - 1 ? finish : undefined }))
}
