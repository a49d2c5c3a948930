import { canonicalJson, orderedObject } from '@ashlar/sdk'
import initSqlJs, { type BindParams, type Database, type SqlValue, type Statement } from 'sql.js'
import sqlite from 'sql.js/dist/sql-wasm-browser.wasm'

export type Row = Record<string, unknown>

/** The memory of one database. */
const MAX_BYTES = 256 * 1024 * 1024
const MAX_ROWS = 200_000
const MAX_COLUMNS = 2000

/** Opens an empty SQLite database in memory. The caller closes it. */
export async function openDatabase(): Promise<Database> {
  const { Database } = await initSqlJs({ instantiateWasm } as Parameters<typeof initSqlJs>[0])
  const database = new Database()
  database.run(`pragma hard_heap_limit = ${MAX_BYTES}; pragma journal_mode = off; pragma trusted_schema = off`)
  return database
}

function instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object {
  done(new WebAssembly.Instance(sqlite, imports))
  return {}
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
  for (const statement of database.iterateStatements(sql)) {
    isEmpty = false
    bind(statement, parameters)
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
  return rows
}

/** The types of the library do not declare the option. */
function readExact(statement: Statement): unknown[] {
  const get = statement.get.bind(statement) as (parameters: null, options: { useBigInt: boolean }) => unknown[]
  return get(null, { useBigInt: true })
}

function bind(statement: Statement, parameters: readonly unknown[] | Row): void {
  if (Array.isArray(parameters)) statement.bind(parameters.map(toSql))
  else
    statement.bind(
      Object.fromEntries(
        Object.entries(parameters).flatMap(([name, value]) => [':', '$', '@'].map((sign) => [sign + name, toSql(value)])),
      ) as BindParams,
    )
}

const MAX_INTEGER = 2n ** 63n

/** Booleans are 0 and 1. Lists and dictionaries are JSON text, which the JSON functions of SQLite accept. */
function toSql(value: unknown): SqlValue {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number' || typeof value === 'string') return value
  if (typeof value === 'bigint')
    return value < MAX_INTEGER && value >= -MAX_INTEGER ? (value as unknown as SqlValue) : String(value)
  return typeof value === 'object' ? JSON.stringify(value) : canonicalJson(value)
}

function fromSql(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
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
