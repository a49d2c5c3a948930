import type { ClientBase } from 'pg'
import { channelName, type Database } from '../database/index.ts'
import { AshlarError } from '../errors/index.ts'
import type { ExecutionEvent } from './events.ts'
import { fold } from './fold.ts'
import { readEvents } from './journal-reader.ts'
import type { Plan } from './plan.ts'
import type { Plans } from './plans.ts'
import type { Reason } from './status.ts'

/**
 * Ends an execution and all below it that have not ended, in one transaction. Each row's lock keeps workers from writing to
 * it, its fencing token is raised, and the last event is written here: so it is final whatever its worker is doing.
 *
 * @returns the ids of those that were ended
 */
export async function cancelTree(
  { database, plans }: { database: Database; plans: Plans },
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

/** Parents before their children, so that no parent starts another child meanwhile. */
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
  const events = await readEvents(client, id, 0, Infinity)
  const event = cancelled(plan, events, reason)
  const seq = (events.at(-1)?.seq ?? 0) + 1
  await client.query(
    `update execution
     set status = 'CANCELLED', fence = fence + 1, outputs = $2, failed_nodes = $3, reason = $4, finished_at = now()
     where id = $1`,
    [id, JSON.stringify(event.outputs), JSON.stringify(event.failedNodes), JSON.stringify(reason)],
  )
  await client.query('insert into journal (execution_id, first_seq, last_seq, events) values ($1, $2, $2, $3)', [
    id,
    seq,
    JSON.stringify([{ seq, at: Date.now(), ...event }]),
  ])
}

function cancelled(
  plan: Plan | undefined,
  events: ExecutionEvent[],
  reason: Reason,
): Extract<ExecutionEvent, { type: 'ExecutionFinished' }> {
  const scheduler = plan && fold(plan, events).scheduler
  return {
    type: 'ExecutionFinished',
    status: 'CANCELLED',
    outputs: scheduler?.outputs ?? {},
    failedNodes: scheduler?.failedNodes ?? [],
    reason,
  }
}
