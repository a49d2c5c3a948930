import type pg from 'pg'
import { AshlarError, type Page, type PageRequest } from '../../../base/index.ts'
import type { NodeExecution, NodeExecutionStatus } from '../../../engine/index.ts'
import { findAtPosition, toPosition, walkNodeExecutions, type NodeExecutionOrder } from './node-execution-order.ts'
import { loadViews } from './node-execution-values.ts'
import { type NodeExecutionView, viewStatus } from './node-execution-view.ts'
import type { Projection } from './projection.ts'
import { createTagFilter } from './tag-filter.ts'

export interface NodeExecutionFilter {
  nodeId?: string | undefined
  statuses?: readonly NodeExecutionStatus[] | undefined
  /** An iteration, see `formatTag`: only node executions inside of it. */
  tag?: string | undefined
}

export type NodeExecutionRequest = PageRequest<NodeExecutionFilter, NodeExecutionOrder>

/** The values in the pages of one call, as JSON. Each page has at least one item. */
export const MAX_VALUE_BYTES = 8 * 1024 * 1024

/**
 * Reads one page of each execution. A page ends early, with `hasMore`, if its values are large.
 *
 * @param projections by execution id
 */
export async function readNodeExecutionPages(
  pool: pg.Pool,
  projections: ReadonlyMap<string, Projection>,
  request: NodeExecutionRequest,
): Promise<Map<string, Page<NodeExecutionView> | AshlarError>> {
  const pages = new Map<string, Page<NodeExecutionView> | AshlarError>()
  const chosen = [...projections].flatMap(([executionId, projection]) => {
    const runs = chooseRuns(projection, request)
    if (runs instanceof AshlarError) pages.set(executionId, runs)
    return runs instanceof AshlarError ? [] : [{ executionId, projection, runs }]
  })
  const taken = chosen.map((each) => ({ ...each, runs: each.runs.slice(0, request.first) }))
  const views = await loadViews(pool, taken, MAX_VALUE_BYTES / Math.max(1, chosen.length))
  for (const { executionId, projection, runs } of chosen) {
    const items = (views.get(executionId) ?? []).map((item) => ({ item, position: toPosition(item) }))
    const total = request.countTotal ? countRuns(projection, request) : undefined
    pages.set(executionId, { items, hasMore: items.length < runs.length, total })
  }
  return pages
}

/** Chooses up to one more node execution than the page has. */
function chooseRuns(
  projection: Projection,
  { first, after, orderBy, filter }: NodeExecutionRequest,
): NodeExecution[] | AshlarError {
  try {
    const from = after && findAtPosition(projection, after)
    const all = walkNodeExecutions(projection, { ...orderBy, nodeId: filter.nodeId, after: from })
    return all
      .filter(toPredicate(projection, filter))
      .take(first + 1)
      .toArray()
  } catch (error) {
    if (error instanceof AshlarError) return error
    throw error
  }
}

function countRuns(projection: Projection, { filter }: NodeExecutionRequest): number {
  const { plan, scheduler } = projection
  const isChosen = filter.statuses || filter.tag !== undefined ? toPredicate(projection, filter) : undefined
  const nodes = plan.nodes.filter(({ id }) => filter.nodeId === undefined || id === filter.nodeId)
  return nodes.reduce((sum, node) => {
    const runs = scheduler.executionsOf(node)
    return sum + (isChosen ? runs.filter(isChosen).length : runs.length)
  }, 0)
}

function toPredicate(projection: Projection, { statuses, tag }: NodeExecutionFilter): (run: NodeExecution) => boolean {
  const isInside = createTagFilter(tag ?? '')
  return (run) => (statuses?.includes(viewStatus(projection, run)) ?? true) && isInside(run.tag)
}
