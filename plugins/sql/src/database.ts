import { canonicalJson, orderedObject, toJsonNumber } from '@ashlar/sdk'
import initSqlJs, { type BindParams, type Database, type SqlValue, type Statement } from 'sql.js'

export type Row = Record<string, unknown>

/** The memory of one database. */
const MAX_BYTES = 256 * 1024 * 1024
const MAX_ROWS = 200_000
const MAX_COLUMNS = 2000

/** Opens an empty SQLite database in memory. The caller closes it. */
export async function openDatabase(): Promise<Database> {
  const { Database } = await initSqlJs({ instantiateWasm: await loadSqlite() } as Parameters<typeof initSqlJs>[0])
  const database = new Database()
  database.run(`pragma hard_heap_limit = ${MAX_BYTES}; pragma journal_mode = off; pragma trusted_schema = off`)
  return database
}

/** Compiles SQLite in the first run, because compiling it takes longer than to load all other blocks. */
async function loadSqlite(): Promise<(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => object> {
  const { default: sqlite } = await import('sql.js/dist/sql-wasm-browser.wasm')
  return (imports, done) => {
    done(new WebAssembly.Instance(sqlite, imports))
    return {}
  }
}

/** Creates a table with the fields of all rows as columns, which have no type. */
export function addTable(database: Database, name: string, rows: readonly Row[]): void {
  const fields = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  assertColumns(name, fields)
  const columns = fields.length > 0 ? fields : ['_']
  database.run(`create table ${quote(name)} (${columns.map(quote).join(', ')})`)
  if (fields.length === 0) return
  const insert = database.prepare(`insert into ${quote(name)} values (${columns.map(() => '?').join(', ')})`)
  try {
    database.run('begin')
    for (const row of rows) insert.run(fields.map((field) => toSql(Object.hasOwn(row, field) ? row[field] : null)))
    database.run('commit')
  } finally {
    insert.free()
  }
}

/** Runs all statements. Returns the rows of the last one that has columns. */
export function runSql(database: Database, sql: string, parameters: readonly unknown[] | Row): Row[] {
  let rows: Row[] = []
  let isEmpty = true
  let used = 0
  for (const statement of database.iterateStatements(sql)) {
    isEmpty = false
    used = Math.max(used, bind(statement, parameters))
    const columns = uniqueNames(statement.getColumnNames())
    const found: Row[] = []
    while (statement.step()) {
      if (found.length >= MAX_ROWS) throw new Error(`the result has more than ${MAX_ROWS} rows; add a limit`)
      const values = readExact(statement)
      found.push(orderedObject(columns.map((column, i) => [column, fromSql(values[i])])))
    }
    if (columns.length > 0) rows = found
  }
  if (isEmpty) throw new Error('sql has no statement')
  if (Array.isArray(parameters) && used < parameters.length)
    throw new Error(`parameters has ${parameters.length} values, but no statement has more than ${used} ?`)
  return rows
}

/** The types of the library do not declare the option. */
function readExact(statement: Statement): unknown[] {
  const get = statement.get.bind(statement) as (parameters: null, options: { useBigInt: boolean }) => unknown[]
  return get(null, { useBigInt: true })
}

/** Each statement has its own `?`. @returns the number of values of a list that the statement uses */
function bind(statement: Statement, parameters: readonly unknown[] | Row): number {
  if (Array.isArray(parameters)) {
    const count = countPlaces(statement, parameters.length + 1)
    if (count > parameters.length) throw new Error(`a statement has more ? than the ${parameters.length} values of parameters`)
    statement.bind(parameters.slice(0, count).map(toSql))
    return count
  }
  statement.bind(
    Object.fromEntries(
      Object.entries(parameters).flatMap(([name, value]) => [':', '$', '@'].map((sign) => [sign + name, toSql(value)])),
    ) as BindParams,
  )
  return 0
}

/** The library does not return the number of `?`, but rejects a list that is longer. */
function countPlaces(statement: Statement, most: number): number {
  for (let count = most; count > 0; count--)
    try {
      statement.bind(Array.from({ length: count }, () => 0))
      return count
    } catch {
      // the list is too long
    }
  return 0
}

const MAX_INTEGER = 2n ** 63n

/** Booleans are 0 and 1. Lists and dictionaries are JSON text, which the JSON functions of SQLite accept. */
function toSql(value: unknown): SqlValue {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  // The library would store a whole number of more than 32 bits as a fraction: 5000000001.0.
  if (Number.isSafeInteger(value)) return toInteger(value as number)
  if (typeof value === 'number' || typeof value === 'string') return value
  if (typeof value === 'bigint')
    return value < MAX_INTEGER && value >= -MAX_INTEGER ? (value as unknown as SqlValue) : String(value)
  return typeof value === 'object' ? JSON.stringify(value) : canonicalJson(value)
}

function toInteger(value: number): SqlValue {
  return Math.abs(value) < 2 ** 31 ? value : (BigInt(value) as unknown as SqlValue)
}

function fromSql(value: unknown): unknown {
  if (typeof value === 'bigint') return toJsonNumber(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  return value instanceof Uint8Array ? value.toBase64() : (value ?? null)
}

function assertColumns(table: string, fields: readonly string[]): void {
  if (fields.length > MAX_COLUMNS)
    throw new Error(`the table ${JSON.stringify(table)} has ${fields.length} fields; the limit is ${MAX_COLUMNS}`)
  const names = new Map<string, string>()
  for (const field of fields) {
    const other = names.get(field.toLowerCase())
    if (other !== undefined)
      throw new Error(
        `the table ${JSON.stringify(table)} has the fields ${JSON.stringify(other)} and ${JSON.stringify(field)}, which SQL does not distinguish; rename one`,
      )
    names.set(field.toLowerCase(), field)
  }
}

function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    let free = name
    for (let number = 2; taken.has(free); number++) free = `${name}_${number}`
    taken.add(free)
    return free
  })
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
