interface Format {
  format: 'jsonl' | 'json' | 'csv' | 'lines'
  /** The columns of a table. Empty for all fields of the items. */
  columns: readonly string[]
}

/** Returns the items, each time from the first one. They may not fit into memory. */
type Items = () => AsyncIterable<unknown>

/**
 * Returns the text of a file, one item after the other. Reads the items of a table without columns twice.
 *
 * @throws when an item of a table is not a dictionary
 */
export function toRecords(items: Items, { format, columns }: Format): AsyncIterator<string> {
  switch (format) {
    case 'jsonl':
      return toLines(items, (item) => JSON.stringify(item))
    case 'lines':
      return toLines(items, toText)
    case 'json':
      return toJson(items)
    case 'csv':
      return toTable(items, columns)
  }
}

async function* toLines(items: Items, write: (item: unknown) => string): AsyncGenerator<string> {
  for await (const item of items()) yield `${write(item)}\n`
}

async function* toJson(items: Items): AsyncGenerator<string> {
  let isEmpty = true
  for await (const item of items()) {
    yield `${isEmpty ? '[\n' : ',\n'}${JSON.stringify(item)}`
    isEmpty = false
  }
  yield isEmpty ? '[]\n' : '\n]\n'
}

/** Source: RFC 4180. */
async function* toTable(items: Items, columns: readonly string[]): AsyncGenerator<string> {
  const fields = columns.length > 0 ? columns : await findFields(items)
  if (fields.length === 0) return
  yield toRow(fields)
  for await (const row of rowsOf(items)) yield toRow(fields.map((field) => (Object.hasOwn(row, field) ? toText(row[field]) : '')))
}

async function findFields(items: Items): Promise<string[]> {
  const fields = new Set<string>()
  for await (const row of rowsOf(items)) for (const field of Object.keys(row)) fields.add(field)
  return [...fields]
}

async function* rowsOf(items: Items): AsyncGenerator<Record<string, unknown>> {
  let place = 0
  for await (const item of items()) {
    place++
    if (typeof item !== 'object' || item === null || Array.isArray(item))
      throw new Error(`item ${place} must be a dictionary to be a row of a table, got ${JSON.stringify(item).slice(0, 100)}`)
    yield item as Record<string, unknown>
  }
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
