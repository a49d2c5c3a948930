import type { Database } from '../../postgres/index.ts'
import { cancelTrees, type PlanCache } from '../../runtime/lifecycle/index.ts'
import { assertBulkRequest, changeInParts, findMatches, type BulkRequest, type BulkResult } from './bulk.ts'
import { findExecutions } from './execution-summary.ts'

export const CANCELLED_BY_OWNER = { code: 'CANCELLED', message: 'cancelled by its owner' }

const UNFINISHED = ['QUEUED', 'RUNNING', 'WAITING'] as const
/** The number of executions that are cancelled in one transaction, without those that they have started. */
const PART = 50

/**
 * Cancels all unfinished executions that the filter selects, and the executions that these have started.
 *
 * @throws {AshlarError} BAD_INPUT
 */
export async function cancelExecutions(
  parts: { database: Database; plans: PlanCache },
  ownerId: string,
  request: BulkRequest,
): Promise<BulkResult> {
  assertBulkRequest(request, UNFINISHED)
  const { items, total = 0 } = await findMatches(parts.database, ownerId, request, UNFINISHED)
  if (request.dryRun) return { matchedCount: total, executions: items.map(({ item }) => item), failures: [] }
  const ended = new Set<string>()
  const ids = items.map(({ item }) => item.id)
  const failures = await changeInParts(ids, PART, async (part) => {
    for (const id of await cancelTrees(parts, part, CANCELLED_BY_OWNER)) ended.add(id)
  })
  const cancelled = await findExecutions(
    parts.database.pool,
    ownerId,
    ids.filter((id) => ended.has(id)),
  )
  return { matchedCount: total, executions: ids.flatMap((id) => cancelled.get(id) ?? []), failures }
}
