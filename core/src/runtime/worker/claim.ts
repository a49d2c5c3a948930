import type { Database } from '../../postgres/index.ts'
import type { Lease, Queue } from '../../postgres/queue/index.ts'
import type { JournalEntry } from '../journal/index.ts'
import type { InputMasks } from '../../engine/index.ts'

/** An execution whose lease a worker has taken. */
export interface ClaimedRow {
  id: string
  version_id: string
  owner_id: string
  graph_id: string | null
  inputs: Record<string, unknown>
  masks: InputMasks | null
  fence: number
  depth: number
  parent_id: string | null
  resumed: boolean
  /** The previous worker did not release it. */
  interrupted: boolean
}

/** @returns the ids of the executions whose fence is still that of the entry */
export async function newestClaims({ pool }: Database, claims: readonly JournalEntry[]): Promise<ReadonlySet<string>> {
  if (claims.length === 0) return new Set()
  const { rows } = await pool.query<{ id: string }>(
    `select e.id from execution e join unnest($1::uuid[], $2::int[]) as claim(id, fence) on e.id = claim.id and e.fence = claim.fence
     where e.status = 'RUNNING'`,
    [claims.map(({ executionId }) => executionId), claims.map(({ fence }) => fence)],
  )
  return new Set(rows.map(({ id }) => id))
}

/**
 * Takes the leases by incrementing the fences: from now on, no other worker can commit to these executions. Skips final
 * executions.
 */
export async function claim({ pool }: Database, workerId: string, leases: Lease[]): Promise<ClaimedRow[]> {
  const { rows } = await pool.query<ClaimedRow>({
    name: 'ashlar-claim',
    text: `
      with before as (
        select id, started_at is not null or origin_id is not null as resumed,
          status = 'RUNNING' and worker_id is not null as interrupted
        from execution
        where id = any($1) and status in ('QUEUED', 'RUNNING', 'WAITING') for update
      )
      update execution e set status = 'RUNNING', fence = e.fence + 1, worker_id = $2, reason = null, wake_at = null, started_at = coalesce(e.started_at, now())
      from before where e.id = before.id
      returning e.id, e.version_id, e.owner_id, e.graph_id, e.inputs, e.masks, e.fence, e.depth, e.parent_id, before.resumed, before.interrupted`,
    values: [leases.map(({ executionId }) => executionId), workerId],
  })
  return rows
}

/** Immediately releases the executions that a terminated worker held. */
export async function releaseWork({ pool }: Database, queue: Queue, workerId: string): Promise<void> {
  const held = await queue.held()
  const { rows } = await pool.query<{ id: string }>('select id from execution where id = any($1) and worker_id = $2', [
    held.map(({ executionId }) => executionId),
    workerId,
  ])
  const ids = new Set(rows.map(({ id }) => id))
  await queue.release(held.filter(({ executionId }) => ids.has(executionId)))
}
