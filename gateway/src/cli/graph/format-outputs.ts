import { cut, plain } from '../command/terminal.ts'

const MAX_ROWS = 6
const MAX_COLUMN_WIDTH = 40

/**
 * Formats the outputs of an execution for a terminal: rows as a table, the first lines of a text, other values on one
 * line each, cut to the width.
 */
export function formatOutputs(outputs: Record<string, unknown[]>, width: number): string {
  const lines = Object.entries(outputs).flatMap(([name, values]) => formatOutput(plain(name), values))
  return lines.map((line) => `${`  ${cut(line, width - 2)}`.trimEnd()}\n`).join('')
}

function formatOutput(name: string, values: unknown[]): string[] {
  const [first] = values
  const rows = values.length === 1 && Array.isArray(first) ? (first as unknown[]) : values
  if (rows.length > 0 && rows.every(isRow)) return [`${name}:`, ...formatTable(rows).map((line) => `  ${line}`)]
  if (values.length === 1 && typeof first === 'string' && first.trim().includes('\n'))
    return [`${name}:`, ...formatText(first).map((line) => `  ${line}`)]
  return values.length === 1
    ? [`${name}: ${show(first)}`]
    : [`${name}: ${values.length} values`, ...values.slice(0, MAX_ROWS).map((value) => `  ${show(value)}`)]
}

function formatText(text: string): string[] {
  const lines = text.trim().split(/\r?\n/)
  const more = lines.length - MAX_ROWS
  return [...lines.slice(0, MAX_ROWS).map(plain), ...(more > 0 ? [`… and ${more} more`] : [])]
}

type Row = Record<string, unknown>

/** A flat object. */
function isRow(value: unknown): value is Row {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const cells = Object.values(value)
  return cells.length > 0 && cells.every((cell) => typeof cell !== 'object' || cell === null)
}

function formatTable(rows: Row[]): string[] {
  const shown = rows.slice(0, MAX_ROWS)
  const columns = [...new Set(shown.flatMap(Object.keys))]
  const cells = [columns, ...shown.map((row) => columns.map((column) => showCell(row[column])))].map((line) =>
    line.map((cell) => cut(plain(cell), MAX_COLUMN_WIDTH)),
  )
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)))
  const isNumber = columns.map((column) => shown.every((row) => ['number', 'bigint'].includes(typeof row[column])))
  const lines = cells.map((line) =>
    line.map((cell, index) => (isNumber[index] ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0))).join('  '),
  )
  const more = rows.length - shown.length
  return [...lines, ...(more > 0 ? [`… and ${more} more`] : [])].map((line) => line.trimEnd())
}

function showCell(value: unknown): string {
  return typeof value === 'string' ? value : show(value ?? '')
}

function show(value: unknown): string {
  return plain(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
}
