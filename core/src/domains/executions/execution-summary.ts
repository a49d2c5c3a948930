import type pg from 'pg'
import { isUuid } from '../../base/index.ts'
import type { Execution } from '../../runtime/lifecycle/index.ts'

/** An execution without its inputs and outputs, which can be large. */
export type ExecutionSummary = Pick<Execution, (typeof FIELDS)[number]>

const FIELDS = [
  'id',
  'ownerId',
  'versionId',
  'graphId',
  'status',
  'failedNodes',
  'reason',
  'originId',
  'parentId',
  'parentNode',
  'parentN',
  'createdAt',
  'startedAt',
  'finishedAt',
] as const satisfies (keyof Execution)[]

/** SQL: the columns of an {@link ExecutionSummary}. The table has the alias `t`. */
export const SUMMARY_COLUMNS = FIELDS.map((field) => `t.${columnName(field)} as "${field}"`).join(', ')

function columnName(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** @returns the executions of this owner, by id */
export async function findExecutions(
  pool: pg.Pool,
  ownerId: string,
  ids: readonly string[],
): Promise<Map<string, ExecutionSummary>> {
  const { rows } = await pool.query<ExecutionSummary>(
    `select ${SUMMARY_COLUMNS} from execution t where t.id = any($1) and t.owner_id = $2`,
    [ids.filter(isUuid), ownerId],
  )
  return new Map(rows.map((execution) => [execution.id, execution]))
}

/** @returns the inputs or the outputs of the executions of this owner, by id */
export async function findValues(
  pool: pg.Pool,
  ownerId: string,
  field: 'inputs' | 'outputs',
  ids: readonly string[],
): Promise<Map<string, Record<string, unknown>>> {
  const { rows } = await pool.query<{ id: string; value: Record<string, unknown> }>(
    `select id, ${field} as value from execution where id = any($1) and owner_id = $2`,
    [ids.filter(isUuid), ownerId],
  )
  return new Map(rows.map(({ id, value }) => [id, value]))
}
