import type pg from 'pg'
import { toOwnerIds, type Owners, type Page, type PageRequest } from '../../base/index.ts'
import { listMergedRows, listRows, type Condition, type ListSource } from '../../postgres/index.ts'
import { FINISHED_AT, filterConditions, type ExecutionFilter } from './execution-filter.ts'
import { SUMMARY_COLUMNS, type ExecutionSummary } from './execution-summary.ts'

/** By FINISHED_AT, unfinished executions are the latest. */
type ExecutionOrder = 'CREATED_AT' | 'FINISHED_AT'

export type ExecutionRequest = PageRequest<ExecutionFilter, ExecutionOrder>

/** Up to this number, the page of each graph is read from its own index. More graphs are a condition on all rows. */
const MAX_GRAPHS_APART = 100

/** Lists the executions of an owner. */
export async function listExecutions(
  pool: pg.Pool,
  ownerId: string,
  request: ExecutionRequest,
  otherConditions: readonly Condition[] = [],
): Promise<Page<ExecutionSummary>> {
  const graphIds = await findGraphs(pool, ownerId, request.filter)
  const conditions = [...filterConditions(request.filter), ...otherConditions]
  if (graphIds && graphIds.length <= MAX_GRAPHS_APART && request.orderBy.field === 'CREATED_AT') {
    const source = toSource('graph_id', request, [ofOwners(ownerId), ...conditions])
    return listMergedRows<ExecutionSummary>(pool, source, graphIds, request)
  }
  const all = graphIds ? [...conditions, { sql: 't.graph_id = any(?)', values: [graphIds] }] : conditions
  return listMergedRows<ExecutionSummary>(pool, toSource('owner_id', request, all), [ownerId], request)
}

/** Lists the executions of each owner. */
export async function listExecutionsOfOwners(
  pool: pg.Pool,
  ownerIds: readonly string[],
  request: ExecutionRequest,
): Promise<Map<string, Page<ExecutionSummary>>> {
  const chosen = await findGraphs(pool, ownerIds, request.filter)
  const conditions = filterConditions(request.filter)
  if (chosen) conditions.push({ sql: 't.graph_id = any(?)', values: [chosen] })
  return listRows<ExecutionSummary>(pool, toSource('owner_id', request, conditions), ownerIds, request)
}

/** Lists the executions of each graph. The executions of graphs of other owners are left out. */
export async function listExecutionsOfGraphs(
  pool: pg.Pool,
  owners: Owners,
  graphIds: readonly string[],
  request: ExecutionRequest,
): Promise<Map<string, Page<ExecutionSummary>>> {
  const chosen = await findGraphs(pool, owners, request.filter)
  const conditions = [ofOwners(owners), ...filterConditions(request.filter)]
  if (chosen) conditions.push({ sql: 't.graph_id = any(?)', values: [chosen] })
  return listRows<ExecutionSummary>(pool, toSource('graph_id', request, conditions), graphIds, request)
}

/**
 * Postgres does not estimate that few executions contain a text. The addition prevents a scan of all executions in the
 * order of the index on the time.
 */
function toSource(parentColumn: string, { orderBy, filter }: ExecutionRequest, conditions: Condition[]): ListSource {
  const finishedAt = filter.errorText === undefined ? FINISHED_AT : `${FINISHED_AT} + interval '0'`
  const sql = orderBy.field === 'CREATED_AT' ? 't.created_at' : finishedAt
  return { table: 'execution', columns: SUMMARY_COLUMNS, parentColumn, sort: { sql, type: 'timestamptz' }, conditions }
}

function ofOwners(owners: Owners): Condition {
  return { sql: 't.owner_id = any(?)', values: [toOwnerIds(owners)] }
}

/** @returns the graphs whose executions the filter selects; undefined if it has no condition on them */
async function findGraphs(
  pool: pg.Pool,
  owners: Owners,
  { graphIds, label }: ExecutionFilter,
): Promise<readonly string[] | undefined> {
  if (label === undefined) return graphIds && [...new Set(graphIds)]
  const { rows } = await pool.query<{ id: string }>(
    `select id from graph where owner_id = any($1) and deleted_at is null and $2 = any(labels) and ($3::uuid[] is null or id = any($3))`,
    [toOwnerIds(owners), label, graphIds ?? null],
  )
  return rows.map(({ id }) => id)
}
