import { AshlarError, type Page } from '../../base/index.ts'
import { classifyFailure, readErrorCode, type Condition, type Database } from '../../postgres/index.ts'
import type { ExecutionStatus } from '../../engine/index.ts'
import { isEmptyFilter, type ExecutionFilter } from './execution-filter.ts'
import { listExecutions } from './execution-lists.ts'
import type { ExecutionSummary } from './execution-summary.ts'

/** A change of all executions that a filter selects and that can be changed, the oldest first. */
export interface BulkRequest {
  /** Not empty. */
  filter: ExecutionFilter
  /** Changes nothing. */
  dryRun: boolean
  /** The maximum number of executions to change, 1 to 1 000. */
  limit: number
}

export interface BulkResult {
  /** The number of executions that could be changed when the call started. */
  matchedCount: number
  /** The executions that were cancelled, or that were started as retries. In a dry run, those that would be changed. */
  executions: ExecutionSummary[]
  /** Executions that could not be changed. */
  failures: BulkFailure[]
}

export interface BulkFailure {
  executionId: string
  error: AshlarError
}

const MAX_LIMIT = 1000

/** @throws {AshlarError} BAD_INPUT */
export function assertBulkRequest({ filter, limit }: BulkRequest, statuses: readonly ExecutionStatus[]): void {
  if (isEmptyFilter(filter)) {
    const message = `the filter is empty; to select all executions, set "statuses" to ${statuses.join(', ')}`
    throw new AshlarError('BAD_INPUT', message, { details: { path: ['filter'] } })
  }
  if (limit < 1 || limit > MAX_LIMIT) {
    const message = `limit must be 1 to ${MAX_LIMIT}, got ${limit}`
    throw new AshlarError('BAD_INPUT', message, { details: { path: ['limit'] } })
  }
}

/** Finds the executions that the filter selects and that have one of the statuses, the oldest first. */
export function findMatches(
  { pool }: Database,
  ownerId: string,
  { filter, limit }: BulkRequest,
  statuses: readonly ExecutionStatus[],
  conditions: readonly Condition[] = [],
): Promise<Page<ExecutionSummary>> {
  const request = {
    filter: { ...filter, statuses: filter.statuses ? statuses.filter((each) => filter.statuses?.includes(each)) : statuses },
    first: limit,
    orderBy: { field: 'CREATED_AT', direction: 'ASC' },
    countTotal: true,
  } as const
  return listExecutions(pool, ownerId, request, conditions)
}

/**
 * Changes executions in parts. If the change of a part fails, each of its executions is changed apart, so that one that
 * cannot be changed does not prevent the others.
 *
 * @param change changes the executions in one transaction, which can be repeated after a failure
 * @returns the executions whose change failed. A lost connection is thrown.
 */
export async function changeInParts(
  ids: readonly string[],
  partSize: number,
  change: (ids: readonly string[]) => Promise<void>,
): Promise<BulkFailure[]> {
  const failures: BulkFailure[] = []
  for (let i = 0; i < ids.length; i += partSize) {
    const part = ids.slice(i, i + partSize)
    try {
      await change(part)
    } catch (error) {
      const [executionId = '', ...others] = part
      if (!isOfOne(error)) throw error
      if (others.length > 0) failures.push(...(await changeInParts(part, 1, change)))
      else failures.push({ executionId, error: toAshlarError(error) })
    }
  }
  return failures
}

/** Whether the change of other executions may succeed. A deadlock with a worker is one of these failures. */
function isOfOne(error: unknown): boolean {
  return classifyFailure(error) === 'statement' || readErrorCode(error).startsWith('40')
}

function toAshlarError(error: unknown): AshlarError {
  if (error instanceof AshlarError) return error
  return new AshlarError('CONFLICT', 'the database rejected the change of this execution; try again later', { cause: error })
}
