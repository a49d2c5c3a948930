import type { ClientBase } from 'pg'
import { channelName, type Database } from '../../postgres/index.ts'
import { AshlarError } from '../../base/index.ts'
import { type ExecutionEvent, fold, type Folded, type Plan, type Reason } from '../../engine/index.ts'
import { storeBlobs, readLastSeq, readEvents, JOURNAL_AT, encodeRow } from '../journal/index.ts'
import type { PlanCache } from './plan-cache.ts'

/**
 * Ends an execution and all its unfinished descendants in one transaction. It locks their rows against writes of
 * workers, increments their fences, and writes their last events. They are final afterwards, regardless of what their
 * workers are doing.
 *
 * @returns the ids of the executions that were ended
 */
export async function cancelTree(
  { database, plans }: { database: Database; plans: PlanCache },
  rootId: string,
  reason: Reason,
): Promise<string[]> {
  return database.transact(async (client) => {
    const rows = await lockTree(client, rootId)
    const loaded = await plans.load(rows.map(({ version_id }) => version_id))
    for (const { id, version_id } of rows) {
      const plan = loaded.get(version_id)
      await cancelOne(client, id, plan instanceof AshlarError ? undefined : plan, reason)
    }
    const ids = rows.map(({ id }) => id)
    if (ids.length > 0)
      await client.query(`select pg_notify('${channelName('cancel')}', $1), pg_notify('${channelName('journal')}', $1)`, [
        ids.join(','),
      ])
    return ids
  })
}

/** Locks parents before their children, so that no parent starts another child during the cancellation. */
async function lockTree(client: ClientBase, rootId: string): Promise<{ id: string; version_id: string }[]> {
  const { rows } = await client.query<{ id: string; version_id: string }>(
    `with recursive tree as (
       select id, depth from execution where id = $1
       union all
       select c.id, c.depth from execution c join tree t on c.parent_id = t.id
     )
     select e.id, e.version_id from execution e join tree t on t.id = e.id
     where e.status in ('QUEUED', 'RUNNING', 'WAITING') order by t.depth for update of e`,
    [rootId],
  )
  return rows
}

async function cancelOne(client: ClientBase, id: string, plan: Plan | undefined, reason: Reason): Promise<void> {
  const { events, end } = await readEnd(client, id, plan, reason)
  const first = (await readLastSeq(client, id)) + 1
  await client.query(
    `update execution
     set status = 'CANCELLED', fence = fence + 1, outputs = $2, failed_nodes = $3, reason = $4, wake_at = null, finished_at = now()
     where id = $1`,
    [id, JSON.stringify(end.outputs), JSON.stringify(end.failedNodes), JSON.stringify(reason)],
  )
  const blobs = new Map<string, string>()
  const text = encodeRow({ firstSeq: first, events, times: events.map(() => Date.now()) }, blobs)
  if (blobs.size > 0) await storeBlobs(client, blobs)
  await client.query(
    `insert into journal (execution_id, first_seq, last_seq, events, at)
     select *, ${JOURNAL_AT} from (values ($1::uuid, $2::int, $3::int, $4)) as row(execution_id, first_seq, last_seq, events)`,
    [id, first, first + events.length - 1, text],
  )
}

type End = Extract<ExecutionEvent, { type: 'ExecutionFinished' }>

/**
 * Returns the missing events of a journal: graph outputs that are not recorded yet, and the end. An unreadable journal
 * gets only the end.
 */
async function readEnd(
  client: ClientBase,
  id: string,
  plan: Plan | undefined,
  reason: Reason,
): Promise<{ events: ExecutionEvent[]; end: End }> {
  const folded = await read(client, id, plan)
  const end: End = {
    type: 'ExecutionFinished',
    status: 'CANCELLED',
    outputs: folded?.scheduler.outputs ?? {},
    failedNodes: folded?.scheduler.failedNodes ?? [],
    reason,
  }
  const unreported = (folded?.pending ?? []).flatMap((decision): ExecutionEvent[] =>
    decision.type === 'graph-output' ? [{ type: 'GraphOutput', name: decision.name, value: decision.value }] : [],
  )
  return { events: [...unreported, end], end }
}

async function read(client: ClientBase, id: string, plan: Plan | undefined): Promise<Folded | undefined> {
  if (!plan) return undefined
  try {
    return fold(plan, await readEvents(client, id, 0, Infinity))
  } catch (error) {
    if (error instanceof AshlarError) return undefined
    throw error
  }
}
