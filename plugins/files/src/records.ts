interface Format {
  format: 'jsonl' | 'json' | 'csv' | 'lines'
  /** The columns of a table. Empty for all fields of the items. */
  columns: readonly string[]
}

/**
 * Returns the text of a file, one item after the other.
 *
 * @throws when an item of a table is not a dictionary
 */
export function toRecords(items: readonly unknown[], { format, columns }: Format): Iterator<string> {
  switch (format) {
    case 'jsonl':
      return toLines(items, (item) => JSON.stringify(item))
    case 'lines':
      return toLines(items, toText)
    case 'json':
      return toJson(items)
    case 'csv':
      return toTable(items.map(assertRow), columns)
  }
}

function* toLines(items: readonly unknown[], write: (item: unknown) => string): Generator<string> {
  for (const item of items) yield `${write(item)}\n`
}

function* toJson(items: readonly unknown[]): Generator<string> {
  if (items.length === 0) return yield '[]\n'
  for (const [i, item] of items.entries()) yield `${i === 0 ? '[\n' : ',\n'}${JSON.stringify(item)}`
  yield '\n]\n'
}

type Row = Record<string, unknown>

/** Source: RFC 4180. */
function* toTable(rows: readonly Row[], columns: readonly string[]): Generator<string> {
  const fields = columns.length > 0 ? columns : [...new Set(rows.flatMap((row) => Object.keys(row)))]
  if (fields.length === 0) return
  yield toRow(fields)
  for (const row of rows) yield toRow(fields.map((field) => (Object.hasOwn(row, field) ? toText(row[field]) : '')))
}

function toRow(values: readonly string[]): string {
  // the only value of a row has quotes if it is empty, because readers ignore an empty line
  const isBlank = values.length === 1 && values[0] === ''
  return `${isBlank ? '""' : values.map(quote).join(',')}\n`
}

function quote(value: string): string {
  return /[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

function toText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function assertRow(item: unknown, i: number): Row {
  if (typeof item === 'object' && item !== null && !Array.isArray(item)) return item as Row
  throw new Error(`item ${i + 1} must be a dictionary to be a row of a table, got ${JSON.stringify(item).slice(0, 100)}`)
}
