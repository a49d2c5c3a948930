import type { TimeRange } from '../../base/index.ts'
import { rangeConditions, type Condition } from '../../postgres/index.ts'
import { isFinal, type ExecutionStatus } from '../../engine/index.ts'
import type { ExecutionSummary } from './execution-summary.ts'

/** Selects executions that meet all of its conditions. An empty list of ids or statuses selects none. */
export interface ExecutionFilter {
  graphIds?: readonly string[] | undefined
  statuses?: readonly ExecutionStatus[] | undefined
  createdAt?: TimeRange | undefined
  /** Unfinished executions are not selected. */
  finishedAt?: TimeRange | undefined
  /** A label of its graph. */
  label?: string | undefined
  /** A part of the code or the message of its reason, or of the id of the node that failed. Case is ignored. */
  errorText?: string | undefined
  /** Only executions that no other execution has started. @default false */
  rootsOnly?: boolean | undefined
  /** The execution that started it. */
  parentId?: string | undefined
}

/** SQL: the time at which an execution finished, and infinity for an unfinished one. An index contains it. */
export const FINISHED_AT = `coalesce(t.finished_at, 'infinity')`

/** Executions with these statuses have a reason. */
const WITH_REASON: ReadonlySet<ExecutionStatus> = new Set(['FAILED', 'CANCELLED', 'WAITING'])

/** Whether the filter selects all executions. */
export function isEmptyFilter({ rootsOnly, errorText, createdAt, finishedAt, ...others }: ExecutionFilter): boolean {
  const conditions = [...Object.values(others), createdAt?.from, createdAt?.to, finishedAt?.from, finishedAt?.to]
  return !rootsOnly && !errorText && conditions.every((condition) => condition == null)
}

/**
 * Returns the conditions of the filter on the table `execution`, except those on its graph.
 *
 * An index that contains the status would make every change of a status slower. Therefore the conditions name columns
 * that imply the status and that have an index: see the migration `20261130-execution-lists`.
 */
export function filterConditions(filter: ExecutionFilter): Condition[] {
  const { statuses, createdAt, finishedAt, errorText, rootsOnly, parentId } = filter
  const conditions: Condition[] = []
  if (statuses) {
    conditions.push({ sql: 't.status = any(?)', values: [statuses] })
    if (statuses.every((status) => WITH_REASON.has(status))) conditions.push({ sql: HAS_REASON, values: [] })
    if (!statuses.some(isFinal)) conditions.push({ sql: `${FINISHED_AT} = 'infinity'`, values: [] })
  }
  conditions.push(...rangeConditions('t.created_at', createdAt))
  if (finishedAt) conditions.push({ sql: `${FINISHED_AT} < 'infinity'`, values: [] }, ...rangeConditions(FINISHED_AT, finishedAt))
  conditions.push(...impliedConditions(createdAt?.from, finishedAt?.to))
  if (errorText !== undefined)
    conditions.push(
      { sql: HAS_REASON, values: [] },
      { sql: `position(? in lower(${REASON_TEXT})) > 0`, values: [quote(errorText).toLowerCase()] },
    )
  if (rootsOnly) conditions.push({ sql: 't.parent_id is null', values: [] })
  if (parentId !== undefined) conditions.push({ sql: 't.parent_id = ?', values: [parentId] })
  return conditions
}

const HAS_REASON = 't.reason is not null'

/**
 * SQL: the JSON text of the reason without its keys. `->>` is not used, because it fails for values that contain
 * U+0000.
 */
const REASON_TEXT = `replace(replace(replace(t.reason::text, '"code":', ''), '"message":', ''), '"node":', '')`

/**
 * An execution is created before it finishes, so each of the two times limits the other one. A list in the order of the
 * other time then starts near its first row. The clocks of a gateway and of the database may differ by an hour.
 */
function impliedConditions(createdFrom: TimeRange['from'], finishedTo: TimeRange['to']): Condition[] {
  return [
    ...rangeConditions(FINISHED_AT, { from: createdFrom && new Date(createdFrom.getTime() - CLOCK_DIFFERENCE_MS) }),
    ...rangeConditions('t.created_at', { to: finishedTo && new Date(finishedTo.getTime() + CLOCK_DIFFERENCE_MS) }),
  ]
}

const CLOCK_DIFFERENCE_MS = 3600_000

/** Whether the filter selects an execution. The result is that of the SQL. @param labels of its graph */
export function isSelected(
  execution: Pick<ExecutionSummary, 'graphId' | 'status' | 'createdAt' | 'finishedAt' | 'reason' | 'parentId'>,
  labels: readonly string[],
  { graphIds, statuses, createdAt, finishedAt, label, errorText, rootsOnly, parentId }: ExecutionFilter,
): boolean {
  const { graphId, status, reason } = execution
  if (graphIds && (graphId == null || !graphIds.includes(graphId))) return false
  if (statuses && !statuses.includes(status)) return false
  if (createdAt && !isWithin(execution.createdAt, createdAt)) return false
  if (finishedAt && !(execution.finishedAt && isWithin(execution.finishedAt, finishedAt))) return false
  if (label !== undefined && !labels.includes(label)) return false
  if (errorText !== undefined && !(reason && reasonText(reason).includes(quote(errorText).toLowerCase()))) return false
  if (parentId !== undefined && execution.parentId !== parentId) return false
  return !rootsOnly || execution.parentId == null
}

function isWithin(time: Date, { from, to }: TimeRange): boolean {
  return !(from && time < from) && !(to && time >= to)
}

function reasonText(reason: object): string {
  return JSON.stringify(reason).replaceAll('"code":', '').replaceAll('"message":', '').replaceAll('"node":', '').toLowerCase()
}

/** The text as it occurs in a JSON string. */
function quote(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
