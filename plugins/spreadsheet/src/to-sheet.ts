import XLSX, { type CellObject, type WorkSheet } from '@e965/xlsx/dist/xlsx.mini.min.js'
import type { Row } from './pins.ts'

interface SheetOptions {
  readonly columns: readonly string[]
  readonly header: boolean
  readonly dates: boolean
  readonly formulas: boolean
}

const MAX_TEXT_CHARS = 32_767
const MAX_ROWS = 1_048_576
const MAX_COLUMNS = 16_384
const WIDTH = { least: 8, most: 60 }
const MAX_EXACT = 10 ** 15

export function toSheet(name: string, rows: readonly Row[], { columns, header, dates, formulas }: SheetOptions): WorkSheet {
  const fields = columns.length > 0 ? columns : [...new Set(rows.flatMap((row) => Object.keys(row)))]
  if (rows.length >= MAX_ROWS || fields.length > MAX_COLUMNS)
    throw new Error(`sheet ${JSON.stringify(name)}: a sheet has at most ${MAX_ROWS - 1} rows and ${MAX_COLUMNS} columns`)
  const lines = rows.map((row, i) =>
    fields.map((field) => {
      const value = Object.hasOwn(row, field) ? row[field] : null
      const cell = toCell(value, dates, formulas)
      const length = String(cell?.v ?? '').length
      if (length > MAX_TEXT_CHARS)
        throw new Error(
          `sheet ${JSON.stringify(name)}, row ${i + 1}: the field ${JSON.stringify(field)} has ${length} characters; a cell has at most ${MAX_TEXT_CHARS}`,
        )
      return cell
    }),
  )
  const head = fields.map((field): CellObject => ({ t: 's', v: field }))
  const sheet = XLSX.utils.aoa_to_sheet(header ? [head, ...lines] : lines, { UTC: true })
  sheet['!cols'] = fields.map((field, i) => ({
    wch: widthOf([header ? field : '', ...lines.slice(0, 1000).map((line) => line[i])]),
  }))
  return sheet
}

const DATE = /^\d{4}-\d{2}-\d{2}$/
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/

function toCell(value: unknown, dates: boolean, formulas: boolean): CellObject | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean') return { t: 'b', v: value }
  if (typeof value === 'number' && Math.abs(value) < MAX_EXACT) return { t: 'n', v: value }
  if (typeof value !== 'string') return { t: 's', v: typeof value === 'object' ? JSON.stringify(value) : String(value) }
  if (formulas && value.startsWith('=')) return { t: 'n', f: value.slice(1) }
  const isDate = DATE.test(value)
  if (dates && (isDate || TIME.test(value))) {
    const date = new Date(isDate || /(Z|[+-]\d{2}:\d{2})$/.test(value) ? value : `${value}Z`)
    // Before 1900-03-01, Excel counts a day that does not exist.
    const isReal = !Number.isNaN(date.getTime()) && isDayOfMonth(value)
    if (isReal && date.getTime() >= Date.UTC(1900, 2, 1))
      return { t: 'd', v: date, z: isDate ? 'yyyy-mm-dd' : 'yyyy-mm-dd hh:mm:ss' }
  }
  return { t: 's', v: value }
}

/** Without this test, 2026-02-30 would be 2 March. */
function isDayOfMonth(text: string): boolean {
  const day = text.slice(0, 10)
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
}

function widthOf(cells: readonly (string | CellObject | null | undefined)[]): number {
  const lengths = cells.map((cell) =>
    typeof cell === 'string' ? cell.length : cell?.v instanceof Date ? 12 : String(cell?.v ?? '').length,
  )
  return Math.min(WIDTH.most, Math.max(WIDTH.least, ...lengths) + 2)
}
