import type pg from 'pg'
import { FINISHED_AT } from './execution-filter.ts'
import { SUMMARY_COLUMNS, type ExecutionSummary } from './execution-summary.ts'

/** The state of an execution, and the labels of its graph. Null if it has none or its graph was deleted. */
export type ExecutionState = ExecutionSummary & { labels: string[] | null }

const SELECT = `
  select ${SUMMARY_COLUMNS}, g.labels from execution t left join graph g on g.id = t.graph_id and g.deleted_at is null`

/** Times in the database come from several clocks, and a row becomes visible some time after its time. */
const MARGIN_MS = 10_000

/** Reads the states of those executions that belong to these owners. */
export async function readStates(pool: pg.Pool, ownerIds: readonly string[], ids: readonly string[]): Promise<ExecutionState[]> {
  const { rows } = await pool.query<ExecutionState>(`${SELECT} where t.id = any($1) and t.owner_id = any($2)`, [ids, ownerIds])
  return rows
}

/**
 * Reads the states of executions whose status has changed since a time, in the order of their creation. It returns too
 * many: all that a worker runs, because the time at which an execution continues is not stored.
 *
 * @param after the last execution of the previous page
 */
export async function readChangedSince(
  pool: pg.Pool,
  ownerId: string,
  { since, after, limit }: { since: Date; after: ExecutionSummary | undefined; limit: number },
): Promise<ExecutionState[]> {
  const { rows } = await pool.query<ExecutionState>(
    `with changed as materialized (
       select t.id from execution t where t.owner_id = $1 and t.created_at >= $2
       union
       select t.id from execution t where t.owner_id = $1 and ${FINISHED_AT} >= $2
         and (t.finished_at is not null or t.status = 'RUNNING' or t.waiting_since >= $2)
     )
     ${SELECT} join changed c on c.id = t.id where (t.created_at, t.id) > ($3, $4) order by t.created_at, t.id limit $5`,
    [ownerId, new Date(since.getTime() - MARGIN_MS), after?.createdAt ?? new Date(0), after?.id ?? NIL, limit],
  )
  return rows
}

const NIL = '00000000-0000-0000-0000-000000000000'
