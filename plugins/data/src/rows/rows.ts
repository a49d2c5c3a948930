import { parseNumber, type JsonNumber } from '@ashlar/sdk'
import { z } from 'zod'

export type Row = Record<string, unknown>

const NO_DICTIONARY = 'expected a dictionary'

/** A dictionary with values of any type. */
export const dictionaryPin = dictionary<Row>(undefined, {})

/**
 * A table: a list of dictionaries. The keys of the dictionaries are the fields. A schema for each row would take ten
 * times as long, and would create two objects for each row.
 */
export const rows = z
  .custom<Row[]>()
  .superRefine((table: unknown, context) => {
    if (!Array.isArray(table)) return context.addIssue({ code: 'invalid_type', expected: 'array', input: table })
    for (const [i, row] of (table as unknown[]).entries())
      if (!isRow(row)) context.addIssue({ code: 'custom', message: NO_DICTIONARY, path: [i], input: row })
  })
  .meta({ type: 'array', items: jsonSchemaOf({}) })

/** A row in which each value is a text. */
export const textRow = dictionary<Record<string, string>>((value) => typeof value === 'string', { type: 'string' })

/**
 * A dictionary that keeps the order of its keys. `z.record` would copy it and lose the order.
 *
 * @param values the JSON Schema of the values
 */
function dictionary<T extends Row>(
  isValue: ((value: unknown) => boolean) | undefined,
  values: { type?: 'string' },
): z.ZodCustom<T> {
  return z
    .custom<T>((row) => isRow(row) && (isValue === undefined || Object.values(row).every(isValue)), NO_DICTIONARY)
    .meta(jsonSchemaOf(values))
}

function jsonSchemaOf(values: { type?: 'string' }) {
  return { type: 'object', propertyNames: { type: 'string' }, additionalProperties: values } as const
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Returns the value of a field, or null when the row lacks the field. */
export function readField(row: Row, field: string): unknown {
  return Object.hasOwn(row, field) ? (row[field] ?? null) : null
}

/**
 * Returns the function itself, but remembers its results by the value of the only field if that is a text or a number,
 * because most tables repeat the values by which rows are grouped and matched.
 *
 * @param compute returns the same result for rows with the same values in the fields
 */
export function rememberByValue<T>(fields: readonly string[], compute: (row: Row) => T): (row: Row) => T {
  const [field] = fields
  if (fields.length !== 1 || field === undefined) return compute
  const known = new Map<unknown, { result: T }>()
  return (row) => {
    const value = readField(row, field)
    const found = known.get(value)
    if (found) return found.result
    const result = compute(row)
    if (typeof value === 'string' || typeof value === 'number') known.set(value, { result })
    return result
  }
}

/**
 * Converts a number or the text of a number. Returns undefined for any other value.
 *
 * @throws {RangeError} when the number in a text is too large
 */
export function toNumber(value: unknown): JsonNumber | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value
  return typeof value === 'string' ? parseNumber(value) : undefined
}

/** Returns the values as numbers, if each is a number, the text of a number or null. Otherwise returns the values. */
export function toComparable(values: readonly unknown[]): readonly unknown[] {
  const numbers: unknown[] = []
  for (const value of values) {
    const number = value === null ? null : toNumber(value)
    if (number === undefined) return values
    numbers.push(number)
  }
  return numbers
}

/** Rounds half away from zero, by the decimal digits of the number: 1.005 becomes 1.01. */
export function roundTo(number: JsonNumber, digits: number): JsonNumber {
  if (typeof number === 'bigint' && digits >= 0) return number
  const [mantissa = '0', exponent = '0'] = String(Math.abs(Number(number))).split('e')
  const scaled = Math.round(Number(`${mantissa}e${Number(exponent) + digits}`))
  return Number.isFinite(scaled) ? Math.sign(Number(number)) * Number(`${scaled}e${-digits}`) : number
}

/** Rounds a decimal fraction to 15 significant digits, as spreadsheets do: 0.1 + 0.2 is 0.3. */
export function roundFraction(number: JsonNumber): JsonNumber {
  return typeof number === 'bigint' || Number.isInteger(number) ? number : Number(number.toPrecision(15))
}
