import { orderedObject } from '@ashlar/sdk'
import XLSX, { type WorkBook, type WorkSheet } from '@e965/xlsx/dist/xlsx.mini.min.js'
import type { Row } from './pins.ts'

export interface ReadOptions {
  /** The number of the row with the names of the columns, from 1; 0 for none; null for the first row with a value. */
  readonly headerRow: number | null
  /** The maximum number of rows; 0 for all. */
  readonly limit: number
  /** Whether each cell of a merged range has the value of the first one. */
  readonly fillsMerged: boolean
  readonly skipsEmpty: boolean
}

/** @param wanted the name of a sheet, or its number from 1 */
export function findSheet({ SheetNames: names, Sheets: sheets }: WorkBook, wanted: string): { name: string; sheet: WorkSheet } {
  const byNumber = /^\d+$/.test(wanted) ? names[Number(wanted) - 1] : undefined
  const name = names.includes(wanted) ? wanted : wanted === '' ? names[0] : byNumber
  const sheet = name === undefined ? undefined : sheets[name]
  if (name !== undefined && !sheet)
    throw new Error(
      `the sheet ${JSON.stringify(name)} cannot be read, because it contains a value that is not valid; save it again`,
    )
  if (name === undefined || !sheet)
    throw new Error(
      `the workbook has no sheet ${JSON.stringify(wanted)}; it has ${names
        .slice(0, 20)
        .map((each) => JSON.stringify(each))
        .join(', ')}`,
    )
  return { name, sheet }
}

export function readSheet(
  sheet: WorkSheet,
  { headerRow: givenRow, limit, fillsMerged, skipsEmpty }: ReadOptions,
): { columns: string[]; rows: Row[] } {
  if (fillsMerged) fillMerged(sheet)
  const { lines, firstColumn } = readLines(sheet)
  const width = lines.reduce((most, line) => Math.max(most, line.length), 0)
  const headerRow = givenRow ?? lines.findIndex(hasValue) + 1
  const columns = nameColumns(headerRow > 0 ? (lines[headerRow - 1] ?? []) : [], width, firstColumn)
  const all = lines.slice(headerRow).filter((line) => !skipsEmpty || hasValue(line))
  const values = limit === 0 ? all : all.slice(0, limit)
  return { columns, rows: values.map((line) => orderedObject(columns.map((column, i) => [column, line[i] ?? null]))) }
}

/** Returns the lines from the first row of the sheet on, also if the first rows are empty. */
function readLines(sheet: WorkSheet): { lines: unknown[][]; firstColumn: number } {
  const used = XLSX.utils.decode_range(sheet['!ref'] ?? 'A1')
  const range = { s: { r: 0, c: used.s.c }, e: used.e }
  const lines = XLSX.utils.sheet_to_json<unknown[]>(sheet, {
    header: 1,
    raw: true,
    defval: null,
    blankrows: true,
    UTC: true,
    range,
  })
  return { lines: lines.map((line) => line.map(toValue)), firstColumn: used.s.c }
}

function hasValue(line: readonly unknown[]): boolean {
  return line.some((value) => value !== null)
}

function fillMerged(sheet: WorkSheet): void {
  const data = sheet['!data']
  for (const { s, e } of sheet['!merges'] ?? []) {
    const first = data?.[s.r]?.[s.c]
    if (!data || !first) continue
    for (let row = s.r; row <= e.r; row++) for (let column = s.c; column <= e.c; column++) (data[row] ??= [])[column] ??= first
  }
}

/** A column without a name has its letter. A name that occurs again gets a number. */
function nameColumns(header: readonly unknown[], width: number, firstColumn: number): string[] {
  const taken = new Set<string>()
  return Array.from({ length: width }, (_, i) => {
    const value = header[i]
    const text = value === null || value === undefined ? '' : typeof value === 'string' ? value.trim() : JSON.stringify(value)
    const name = text === '' || text === '__proto__' ? XLSX.utils.encode_col(firstColumn + i) : text
    let free = name
    for (let number = 2; taken.has(free); number++) free = `${name}_${number}`
    taken.add(free)
    return free
  })
}

/** Dates are texts in ISO 8601. An empty text is null. */
function toValue(value: unknown): unknown {
  if (value === undefined || value === '') return null
  if (!(value instanceof Date)) return value
  if (Number.isNaN(value.getTime())) return null
  const text = roundTime(value)
    .toISOString()
    .replace(/\.000Z$/, '')
  if (value.getUTCFullYear() < 1900) return text.slice(11, 19)
  return text.endsWith('T00:00:00') ? text.slice(0, 10) : text.replace(/Z$/, '')
}

/** A time is a fraction of a day in a workbook: 10:20:00 is read as 10:19:59.999. */
function roundTime(date: Date): Date {
  const seconds = Math.round(date.getTime() / 1000)
  return Math.abs(date.getTime() - seconds * 1000) <= 2 ? new Date(seconds * 1000) : date
}
