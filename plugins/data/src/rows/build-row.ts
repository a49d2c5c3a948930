import { orderedObject } from '@ashlar/sdk'
import type { Row } from './rows.ts'

/** Returns a function that creates a row with these fields, in this order, from a list of their values. */
export function rowBuilder(fields: readonly string[]): (values: readonly unknown[]) => Row {
  if (fields.some(needsOrder)) return (values) => orderedObject(fields.map((field, i) => [field, values[i]]))
  return (values) => {
    const row: Row = {}
    for (let i = 0; i < fields.length; i++) row[fields[i] ?? ''] = values[i]
    return row
  }
}

/** Returns a copy of a row with one field added or replaced. The other fields keep their order. */
export function withField(row: Row, field: string, value: unknown): Row {
  if (needsOrder(field)) return orderedObject([...Object.entries(row), [field, value]])
  for (const key in row) if (needsOrder(key)) return orderedObject([...Object.entries(row), [field, value]])
  const copy = { ...row }
  copy[field] = value
  return copy
}

/** Returns a copy of a row without one field. */
export function withoutField(row: Row, field: string): Row {
  return orderedObject(Object.entries(row).filter(([key]) => key !== field))
}

/** Returns all fields of the rows, in the order of their first use. */
export function listFields(rows: readonly Row[]): string[] {
  const fields = new Set<string>()
  let last: string[] = []
  for (const row of rows) {
    if (hasFields(row, last)) continue
    last = Object.keys(row)
    for (const field of last) fields.add(field)
  }
  return [...fields]
}

/** Whether a row has exactly these fields, in this order. */
export function hasFields(row: Row, fields: readonly string[]): boolean {
  let count = 0
  for (const field in row) if (fields[count++] !== field) return false
  return count === fields.length
}

/** Whether a plain object would list the key before others, or would not store it. */
export function needsOrder(key: string): boolean {
  const code = key.charCodeAt(0)
  return (code >= 0x30 && code <= 0x39) || key === '__proto__'
}
