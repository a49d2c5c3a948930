import { AshlarError, type ExecutionFilter } from '@ashlar/core'
import type { List } from '../base/list.ts'
import { parseGlobalId } from '../base/global-ids.ts'
import type { ExecutionList } from './executions.ts'

type FilterInput = typeof ExecutionList extends List<object, infer Filter, string> ? Filter : never

/** Converts the filter of the API to that of core. @throws {AshlarError} BAD_INPUT when an id has another type */
export function parseExecutionFilter(filter: FilterInput): ExecutionFilter {
  const { graphIds, statuses, createdAt, finishedAt, label, errorText, rootsOnly, parentId } = filter
  return {
    graphIds: graphIds?.map((id, index) => parseId(id, 'Graph', 'graphIds', index)),
    statuses: statuses ?? undefined,
    createdAt: createdAt ?? undefined,
    finishedAt: finishedAt ?? undefined,
    label: label ?? undefined,
    errorText: errorText ?? undefined,
    rootsOnly: rootsOnly ?? undefined,
    parentId: parentId == null ? undefined : parseId(parentId, 'Execution', 'parentId'),
  }
}

function parseId(id: string | number, type: string, name: string, index?: number): string {
  try {
    return parseGlobalId(id, type, name, index)
  } catch (error) {
    if (!(error instanceof AshlarError)) throw error
    const path = ['filter', ...(error.details.path ?? [])]
    throw new AshlarError(error.code, error.message, { details: { path }, cause: error })
  }
}
