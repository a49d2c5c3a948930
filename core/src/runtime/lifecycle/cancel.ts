import type { ClientBase } from 'pg'
import { announce, type Database } from '../../postgres/index.ts'
import type { AshlarError } from '../../base/index.ts'
import type { ExecutionEvent, Plan, Reason } from '../../engine/index.ts'
import { readResult, storeBlobs, JOURNAL_AT, encodeRow, SEPARATOR } from '../journal/index.ts'
import type { PlanCache } from './plan-cache.ts'

/**
 * Ends executions and all their unfinished descendants in one transaction. It locks their rows against writes of
 * workers, increments their fences, and writes their last events. They are final afterwards, regardless of what their
 * workers are doing.
 *
 * @returns the ids of the executions that were ended
 */
export async function cancelTrees(
  { database, plans }: { database: Database; plans: PlanCache },
  rootIds: readonly string[],
  reason: Reason,
): Promise<string[]> {
  return database.transact(async (client) => {
    const rows = await lockTrees(client, rootIds)
    const loaded = await plans.load([...new Set(rows.map(({ version_id }) => version_id))])
    for (let i = 0; i < rows.length; i += PART) {
      const ends: End[] = []
      for (const { id, version_id } of rows.slice(i, i + PART))
        ends.push(await findEnd(client, id, loaded.get(version_id), reason))
      await writeEnds(client, ends, reason)
    }
    const ids = rows.map(({ id }) => id)
    await announce(client, ['cancel', 'journal'], ids)
    return ids
  })
}

/** The number of executions whose ends are written with one statement. */
const PART = 20

/** Locks parents before their children, so that no parent starts another child during the cancellation. */
async function lockTrees(client: ClientBase, rootIds: readonly string[]): Promise<{ id: string; version_id: string }[]> {
  const { rows } = await client.query<{ id: string; version_id: string }>(
    `with recursive tree as (
       select id, depth from execution where id = any($1)
       union
       select c.id, c.depth from execution c join tree t on c.parent_id = t.id
     )
     select e.id, e.version_id from execution e join tree t on t.id = e.id
     where e.status in ('QUEUED', 'RUNNING', 'WAITING') order by t.depth, e.id for update of e`,
    [rootIds],
  )
  return rows
}

interface End {
  executionId: string
  firstSeq: number
  events: ExecutionEvent[]
  finish: Extract<ExecutionEvent, { type: 'ExecutionFinished' }>
}

/**
 * Returns the missing events of a journal: graph outputs that are not recorded yet, and the end. An unreadable journal
 * gets only the end.
 */
async function findEnd(
  client: ClientBase,
  executionId: string,
  plan: Plan | AshlarError | undefined,
  reason: Reason,
): Promise<End> {
  const { lastSeq, outputs, failedNodes, unreported } = await readResult(client, executionId, plan)
  const finish: End['finish'] = { type: 'ExecutionFinished', status: 'CANCELLED', outputs, failedNodes, reason }
  return { executionId, firstSeq: lastSeq + 1, events: [...unreported, finish], finish }
}

async function writeEnds(client: ClientBase, ends: readonly End[], reason: Reason): Promise<void> {
  const blobs = new Map<string, Buffer>()
  const texts = ends.map(({ firstSeq, events }) => encodeRow({ firstSeq, events, times: events.map(() => Date.now()) }, blobs))
  if (blobs.size > 0) await storeBlobs(client, blobs)
  await client.query(
    `with ends as materialized (
       select * from rows from (
         unnest($1::uuid[]), unnest($2::int[]), unnest($3::int[]), string_to_table($4, '${SEPARATOR}'),
         string_to_table($5, '${SEPARATOR}'), string_to_table($6, '${SEPARATOR}')
       ) as row(execution_id, first_seq, last_seq, events, outputs, failed_nodes)
     ), written as (
       insert into journal (execution_id, first_seq, last_seq, events, at)
       select execution_id, first_seq, last_seq, events, ${JOURNAL_AT} from ends
     )
     update execution e
     set status = 'CANCELLED', fence = fence + 1, outputs = ends.outputs::json, failed_nodes = ends.failed_nodes::json,
       reason = $7, wake_at = null, finished_at = now()
     from ends where e.id = ends.execution_id`,
    [
      ends.map(({ executionId }) => executionId),
      ends.map(({ firstSeq }) => firstSeq),
      ends.map(({ firstSeq, events }) => firstSeq + events.length - 1),
      texts.join(SEPARATOR),
      ends.map(({ finish }) => JSON.stringify(finish.outputs)).join(SEPARATOR),
      ends.map(({ finish }) => JSON.stringify(finish.failedNodes)).join(SEPARATOR),
      JSON.stringify(reason),
    ],
  )
}
