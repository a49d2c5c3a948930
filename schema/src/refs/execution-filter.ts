import { AshlarError, type ExecutionFilter } from '@ashlar/core'
import type { List } from '../base/list.ts'
import { parseGlobalId } from '../base/global-ids.ts'
import type { ExecutionList } from './executions.ts'

type FilterInput = typeof ExecutionList extends List<object, infer Filter, string> ? Filter : never

/** Converts the filter of the API to that of core. @throws {AshlarError} BAD_INPUT when an id is not that of a graph */
export function parseExecutionFilter(filter: FilterInput): ExecutionFilter {
  const { graphIds, statuses, createdAt, finishedAt, label, errorText, rootsOnly } = filter
  return {
    graphIds: graphIds?.map(parseGraphId),
    statuses: statuses ?? undefined,
    createdAt: createdAt ?? undefined,
    finishedAt: finishedAt ?? undefined,
    label: label ?? undefined,
    errorText: errorText ?? undefined,
    rootsOnly: rootsOnly ?? undefined,
  }
}

function parseGraphId(id: string | number, index: number): string {
  try {
    return parseGlobalId(id, 'Graph', 'graphIds', index)
  } catch (error) {
    if (!(error instanceof AshlarError)) throw error
    throw new AshlarError(error.code, error.message, { details: { path: ['filter', 'graphIds', index] }, cause: error })
  }
}
