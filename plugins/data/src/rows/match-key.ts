import { canonicalJson } from '@ashlar/sdk'
import { readField, type Row } from './rows.ts'

/** Returns a key that is equal for rows with the same values in the fields. Returns undefined if a value is missing. */
export function matchKey(row: Row, fields: readonly string[], textNumbers: boolean): string | undefined {
  const [field] = fields
  if (fields.length === 1 && field !== undefined) return keyOf(readField(row, field), textNumbers)
  const keys = fields.map((each) => keyOf(readField(row, each), textNumbers))
  return keys.includes(undefined) ? undefined : JSON.stringify(keys)
}

/** Returns the rows by their {@link matchKey}. Omits rows that lack a value. */
export function indexRows(rows: readonly Row[], fields: readonly string[], textNumbers: boolean): Map<string, Row[]> {
  const index = new Map<string, Row[]>()
  for (const row of rows) {
    const key = matchKey(row, fields, textNumbers)
    if (key === undefined) continue
    const found = index.get(key)
    if (found) found.push(row)
    else index.set(key, [row])
  }
  return index
}

/** @param textNumbers whether a number equals the text of the number */
function keyOf(value: unknown, textNumbers: boolean): string | undefined {
  if (value === null) return undefined
  if (typeof value === 'string') return `s${value}`
  const isNumber = typeof value === 'number' || typeof value === 'bigint'
  return isNumber && textNumbers ? `s${canonicalJson(value)}` : canonicalJson(value)
}
