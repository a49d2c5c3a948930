import { orderedObject } from '@ashlar/sdk'
import XLSX, { type WorkBook, type WorkSheet } from '@e965/xlsx/dist/xlsx.mini.min.js'
import type { Row } from './pins.ts'

export interface ReadOptions {
  /** The number of the row with the names of the columns, from 1; 0 for none. */
  readonly headerRow: number
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
  { headerRow, fillsMerged, skipsEmpty }: ReadOptions,
): { columns: string[]; rows: Row[] } {
  if (fillsMerged) fillMerged(sheet)
  const lines = XLSX.utils
    .sheet_to_json<unknown[]>(sheet, { header: 1, raw: true, defval: null, blankrows: true, UTC: true })
    .map((line) => line.map(toValue))
  const width = lines.reduce((most, line) => Math.max(most, line.length), 0)
  const columns = nameColumns(headerRow > 0 ? (lines[headerRow - 1] ?? []) : [], width)
  const values = lines.slice(headerRow).filter((line) => !skipsEmpty || line.some((value) => value !== null))
  return { columns, rows: values.map((line) => orderedObject(columns.map((column, i) => [column, line[i] ?? null]))) }
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
function nameColumns(header: readonly unknown[], width: number): string[] {
  const taken = new Set<string>()
  return Array.from({ length: width }, (_, i) => {
    const value = header[i]
    const text = value === null || value === undefined ? '' : typeof value === 'string' ? value.trim() : JSON.stringify(value)
    const name = text === '' || text === '__proto__' ? XLSX.utils.encode_col(i) : text
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
  const text = value.toISOString().replace(/\.000Z$/, '')
  if (value.getUTCFullYear() < 1900) return text.slice(11, 19)
  return text.endsWith('T00:00:00') ? text.slice(0, 10) : text.replace(/Z$/, '')
}
