import type pg from 'pg'
import { AshlarError, toPage, type Listed, type Page, type PageRequest, type TimeRange } from '../base/index.ts'
import { readErrorCode } from './failures.ts'

/** A list of the rows of one table, for each of several parents. Each `sql` is constant text of this program. */
export interface ListSource {
  table: string
  /** The columns of the rows, among them `id`. @default all */
  columns?: string
  /** The column that contains the id of the parent, such as the graph of an execution or the owner of a graph. */
  parentColumn: string
  /** The expression by which rows are sorted. It is never null. */
  sort: { sql: string; type: 'timestamptz' | 'text' | 'int' | 'uuid' }
  /** Rows that match all conditions are in the list. */
  conditions: readonly Condition[]
}

/** An SQL condition on the table, which has the alias `t`. Each `?` is a value. */
export interface Condition {
  sql: string
  values: readonly unknown[]
}

/** Builds a {@link Condition}: `` where`t.status = any(${statuses})` `` */
export function where(texts: TemplateStringsArray, ...values: unknown[]): Condition {
  return { sql: texts.join('?'), values }
}

/** Returns the conditions of a range of times. @param column constant SQL */
export function rangeConditions(column: string, range: TimeRange | undefined): Condition[] {
  return [
    ...(range?.from ? [{ sql: `${column} >= ?`, values: [range.from] }] : []),
    ...(range?.to ? [{ sql: `${column} < ?`, values: [range.to] }] : []),
  ]
}

/**
 * Reads one page for each parent, with one statement, and a second one if totals are requested. Parents without rows
 * have an empty page.
 *
 * @returns the rows of the table by the id of the parent
 */
export async function listRows<Row extends { id: string }>(
  pool: pg.Pool | pg.ClientBase,
  source: ListSource,
  parents: readonly string[],
  request: Omit<PageRequest, 'filter'>,
): Promise<Map<string, Page<Row>>> {
  const [rows, totals] = await Promise.all([
    readPages<Row>(pool, source, parents, request),
    request.countTotal ? countRows(pool, source, parents) : undefined,
  ])
  const byParent = Map.groupBy(rows, ({ list_parent: parent }) => parent)
  return new Map(
    parents.map((parent) => [
      parent,
      toPage(
        (byParent.get(parent) ?? []).map((row) => toListed(row, source)),
        request.first,
        totals && (totals.get(parent) ?? 0),
      ),
    ]),
  )
}

/** Reads one page of the rows of all parents together, like {@link listRows}. */
export async function listMergedRows<Row extends { id: string }>(
  pool: pg.Pool | pg.ClientBase,
  source: ListSource,
  parents: readonly string[],
  request: Omit<PageRequest, 'filter'>,
): Promise<Page<Row>> {
  const [rows, totals] = await Promise.all([
    readPages<Row>(pool, source, parents, request, true),
    request.countTotal ? countRows(pool, source, parents) : undefined,
  ])
  return toPage(
    rows.map((row) => toListed(row, source)),
    request.first,
    totals && Iterator.from(totals.values()).reduce((sum, each) => sum + each, 0),
  )
}

type ListRow<Row> = Row & { list_parent: string; list_value: string; list_sort?: unknown }

/** The columns that are added to those of the table. */
const LIST_COLUMNS = new Set(['list_parent', 'list_value', 'list_sort'])

/** Copies by key, because a rest pattern takes many times as long. */
function toListed<Row extends { id: string }>(listed: ListRow<Row>, { sort }: ListSource): Listed<Row> {
  const columns: Record<string, unknown> = listed
  const row: Record<string, unknown> = {}
  for (const column in columns) if (!LIST_COLUMNS.has(column)) row[column] = columns[column]
  const value = sort.type === 'timestamptz' ? toIsoTime(listed.list_value) : listed.list_value
  return { item: row as unknown as Row, position: { value, id: listed.id } }
}

/**
 * Formats a time as `Date` does, so that the position of an item is the same text everywhere. Microseconds are kept.
 *
 * @param text in UTC, such as `2026-11-21 09:30:00.5`, or `infinity`
 */
function toIsoTime(text: string): string {
  const [, date, seconds, fraction = ''] = /^(\S+) ([\d:]+)(?:\.(\d+))?$/.exec(text) ?? []
  return date === undefined ? text : `${date}T${seconds}.${fraction.padEnd(3, '0')}Z`
}

async function readPages<Row>(
  pool: pg.Pool | pg.ClientBase,
  source: ListSource,
  parents: readonly string[],
  { first, after, orderBy }: Omit<PageRequest, 'filter'>,
  isMerged = false,
): Promise<ListRow<Row>[]> {
  const { sql: sort, type } = source.sort
  const direction = orderBy.direction === 'ASC' ? 'asc' : 'desc'
  const params = new Parameters(parents)
  const conditions = source.conditions.map((condition) => params.add(condition))
  if (after) {
    const sign = orderBy.direction === 'ASC' ? '>' : '<'
    conditions.push(
      params.add({ sql: `(${sort}, t.id) ${sign} (cast(? as ${type}), cast(? as uuid))`, values: [after.value, after.id] }),
    )
  }
  const limit = params.add({ sql: 'limit ?', values: [first + 1] })
  const sortText = type === 'timestamptz' ? `(${sort}) at time zone 'UTC'` : sort
  const sortColumn = isMerged ? `, ${sort} as list_sort` : ''
  // Postgres chooses an index by the number of rows of the parent, which it only knows for a single one.
  const parent = parents.length === 1 ? '(select ($1::uuid[])[1] as id) as parent' : 'unnest($1::uuid[]) as parent (id)'
  const text = `
    select parent.id as list_parent, item.* from ${parent} cross join lateral (
      select ${source.columns ?? 't.*'}, (${sortText})::text as list_value${sortColumn} from ${source.table} t
      where ${[`t.${source.parentColumn} = parent.id`, ...conditions].join(' and ')}
      order by ${sort} ${direction}, t.id ${direction} ${limit}
    ) item ${isMerged ? `order by item.list_sort ${direction}, item.id ${direction} ${limit}` : ''}`
  try {
    return (await pool.query<ListRow<Row> & pg.QueryResultRow>(text, params.values)).rows
  } catch (error) {
    if (after && readErrorCode(error).startsWith(DATA_EXCEPTION)) throw invalidPosition(error)
    throw error
  }
}

/** The class of the SQLSTATE of a text that cannot be cast. */
const DATA_EXCEPTION = '22'

/** A position comes from a cursor, which a client may have made up. */
function invalidPosition(cause: unknown): AshlarError {
  const message = 'argument "after" must be a "cursor" or "endCursor" that this list has returned'
  return new AshlarError('BAD_INPUT', message, { details: { path: ['after'] }, cause })
}

async function countRows(
  pool: pg.Pool | pg.ClientBase,
  { table, parentColumn, conditions }: ListSource,
  parents: readonly string[],
): Promise<Map<string, number>> {
  const params = new Parameters(parents)
  const parts = [`t.${parentColumn} = any($1)`, ...conditions.map((condition) => params.add(condition))]
  const text = `select t.${parentColumn} as parent, count(*)::int as total from ${table} t where ${parts.join(' and ')} group by 1`
  const { rows } = await pool.query<{ parent: string; total: number }>(text, params.values)
  return new Map(rows.map(({ parent, total }) => [parent, total]))
}

/** The parameters of a statement. `$1` are the parents. */
class Parameters {
  readonly values: unknown[]

  constructor(parents: readonly string[]) {
    this.values = [parents]
  }

  /** @returns the SQL of the condition, with `$2`, `$3` … for its values */
  add({ sql, values }: Condition): string {
    const remaining = [...values]
    return sql.replaceAll('?', () => `$${this.values.push(remaining.shift())}`)
  }
}
