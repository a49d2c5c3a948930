import { Query, type Client, type QueryResult } from 'pg'
import { HostFailure } from '../../base/define-config.ts'
import { typeName } from './types.ts'

interface Statement {
  sql: string
  parameters: readonly unknown[]
  timeout_ms: number
  max_rows: number
  isReadOnly: boolean
}

export interface StatementResult {
  rows: Record<string, unknown>[]
  /** `type` is the name of a type, such as `int4`, or the oid of a type that is not built in. */
  columns: { name: string; type: string }[]
  /** Rows that the statement returned or changed. */
  count: number
  /** `SELECT`, `INSERT` … */
  command: string
}

/**
 * Runs one statement in a transaction. The extended protocol accepts only one statement, so the text cannot end the
 * transaction and continue with another.
 */
export async function runStatement(client: Client, { isReadOnly, ...statement }: Statement): Promise<StatementResult> {
  await client.query(
    `begin${isReadOnly ? ' transaction read only' : ''}; set local statement_timeout = ${statement.timeout_ms}; ${CHECK_CONNECTION}`,
  )
  const result = await readRows(client, statement)
  await client.query(isReadOnly ? 'rollback' : 'commit')
  return result
}

/** The server stops a statement when the run of the block ends, if it can: Postgres 14 and newer, not on Windows. */
const CHECK_CONNECTION = `select set_config(name, '500', true) from pg_settings
  where name = 'client_connection_check_interval' and version() ~* 'linux|darwin|bsd'`

/** As long as the longest value of a pin. */
const MAX_CHARS = 8 * 1024 * 1024

/** Stops reading as soon as the result exceeds a limit. A listener that throws would end the worker. */
async function readRows(
  client: Client,
  { sql, parameters, max_rows }: Pick<Statement, 'sql' | 'parameters' | 'max_rows'>,
): Promise<StatementResult> {
  const { promise, resolve, reject } = Promise.withResolvers<QueryResult>()
  const rows: unknown[][] = []
  let chars = 0
  const config = { text: sql, values: [...parameters], rowMode: 'array', queryMode: 'extended' }
  const query = new Query<unknown[]>(config as never)
  query.on('row', (row: unknown[]) => {
    if (rows.length > max_rows || chars > MAX_CHARS) return
    rows.push(row)
    chars += row.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 8), 0)
    if (rows.length > max_rows) reject(tooMany(`more than ${max_rows} rows: add a LIMIT, or increase max_rows`))
    if (chars > MAX_CHARS) reject(tooMany(`more than ${MAX_CHARS} characters: select fewer rows or columns`))
  })
  query.on('error', reject)
  query.on('end', resolve)
  // The library ignores the rows of a copy.
  const onCopy = (): void => reject(new HostFailure('COPY to or from the client is not possible: use SELECT or INSERT'))
  Object.assign(query, { handleCopyData: onCopy })
  client.query(query as never)
  const { command, rowCount, fields } = await promise
  const columns = fields.map(({ name, dataTypeID }) => ({ name, type: typeName(dataTypeID) }))
  return { rows: toObjects(rows, columns), columns, count: rowCount ?? 0, command: command ?? '' }
}

function tooMany(what: string): HostFailure {
  return new HostFailure(`the statement returns ${what}`)
}

/** @throws {HostFailure} when two columns have the same name, because an object could hold only one of them */
function toObjects(rows: readonly unknown[][], columns: readonly { name: string }[]): Record<string, unknown>[] {
  const names = columns.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined && rows.length > 0) throw new HostFailure(`two columns have the name "${twice}": rename one with "as"`)
  return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])))
}
