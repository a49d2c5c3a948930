import type { Database } from '../../postgres/index.ts'
import type { Lease, Queue } from '../../postgres/queue/index.ts'
import type { Quotas } from '../../domains/quotas/index.ts'
import type { JournalEntry } from '../journal/index.ts'
import type { InputMasks } from '../../engine/index.ts'

/** The row of an execution that a worker has taken over. */
export interface TakenRow {
  id: string
  version_id: string
  owner_id: string
  graph_id: string | null
  inputs: Record<string, unknown>
  masks: InputMasks | null
  fence: number
  depth: number
  records_http: boolean
  parent_id: string | null
  resumed: boolean
  /** The previous worker did not release it. */
  interrupted: boolean
}

/** Finds the entries whose fence is still the current one. @returns the ids of their executions */
export async function findCurrent({ pool }: Database, entries: readonly JournalEntry[]): Promise<ReadonlySet<string>> {
  if (entries.length === 0) return new Set()
  const { rows } = await pool.query<{ id: string }>(
    `select e.id from execution e join unnest($1::uuid[], $2::int[]) as entry(id, fence) on e.id = entry.id and e.fence = entry.fence
     where e.status = 'RUNNING'`,
    [entries.map(({ executionId }) => executionId), entries.map(({ fence }) => fence)],
  )
  return new Set(rows.map(({ id }) => id))
}

/**
 * Takes over executions that the worker has leased, and increments their fences: from now on, no other worker can
 * commit to these executions. Skips final executions.
 */
export async function takeOver({ pool }: Database, workerId: string, leases: Lease[]): Promise<TakenRow[]> {
  const { rows } = await pool.query<TakenRow>({
    name: 'ashlar-take-over',
    text: `
      with before as (
        select id, started_at is not null or origin_id is not null as resumed,
          status = 'RUNNING' and worker_id is not null as interrupted
        from execution
        where id = any($1) and status in ('QUEUED', 'RUNNING', 'WAITING') for update
      )
      update execution e set status = 'RUNNING', fence = e.fence + 1, worker_id = $2, reason = null, wake_at = null, started_at = coalesce(e.started_at, now())
      from before where e.id = before.id
      returning e.id, e.version_id, e.owner_id, e.graph_id, e.inputs, e.masks, e.fence, e.depth, e.records_http, e.parent_id, before.resumed, before.interrupted`,
    values: [leases.map(({ executionId }) => executionId), workerId],
  })
  return rows
}

/** A taken execution with the memory limit of the sandbox processes of its account, null for none. */
export type LimitedRow = TakenRow & { sandboxMemoryMb: number | null }

export async function addMemoryLimits(quotas: Pick<Quotas, 'limitsOf'>, rows: readonly TakenRow[]): Promise<LimitedRow[]> {
  const limits = await quotas.limitsOf([...new Set(rows.map((row) => row.owner_id))], 'sandboxMemoryMb')
  return rows.map((row) => ({ ...row, sandboxMemoryMb: limits.get(row.owner_id) ?? null }))
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
