import type pg from 'pg'
import { AshlarError, isUuid, JsonText, toOwnerIds, type Owners } from '../../base/index.ts'
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

/** @returns the executions of these owners, by id */
export async function findExecutions(
  pool: pg.Pool,
  owners: Owners,
  ids: readonly string[],
): Promise<Map<string, ExecutionSummary>> {
  const { rows } = await pool.query<ExecutionSummary>(
    `select ${SUMMARY_COLUMNS} from execution t where t.id = any($1) and t.owner_id = any($2)`,
    [ids.filter(isUuid), toOwnerIds(owners)],
  )
  return new Map(rows.map((execution) => [execution.id, execution]))
}

/** The inputs or outputs that one call of {@link findValues} returns, as JSON. */
const MAX_BYTES = 16 * 1024 * 1024

/**
 * Reads the inputs or the outputs of the executions of these owners. Of large values, it returns the first ones.
 *
 * @returns by id: JSON of an object, or an error LIMIT_EXCEEDED
 */
export async function findValues(
  pool: pg.Pool,
  owners: Owners,
  field: 'inputs' | 'outputs',
  ids: readonly string[],
): Promise<Map<string, JsonText | AshlarError>> {
  const { rows } = await pool.query<{ id: string; value: string | null }>(
    `with sized as (
       select id, sum(octet_length(${field}::text)) over (order by place) as bytes
       from unnest($1::uuid[]) with ordinality as wanted (id, place) join execution using (id) where owner_id = any($2)
     )
     select id, case when bytes <= $3 then ${field}::text end as value from sized join execution using (id)`,
    [ids.filter(isUuid), toOwnerIds(owners), MAX_BYTES],
  )
  return new Map(rows.map(({ id, value }) => [id, value === null ? tooLarge(field) : new JsonText(value)]))
}

function tooLarge(field: string): AshlarError {
  const message = `the ${field} of the requested executions have more than ${MAX_BYTES} bytes, the maximum of an answer. Request smaller pages, or read the values from the events.`
  return new AshlarError('LIMIT_EXCEEDED', message, { details: { limit: 'values', allowed: MAX_BYTES } })
}
