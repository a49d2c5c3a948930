import { parseNumber, type JsonNumber } from '@ashlar/sdk'
import { z } from 'zod'

export type Row = Record<string, unknown>

/** A dictionary with values of any type. */
export const dictionaryPin = dictionary<Row>(undefined, {})

/** A table: a list of dictionaries. The keys of the dictionaries are the fields. */
export const rows = z.array(dictionaryPin)

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
    .custom<T>((row) => isRow(row) && (isValue === undefined || Object.values(row).every(isValue)), 'expected a dictionary')
    .meta({ type: 'object', propertyNames: { type: 'string' }, additionalProperties: values })
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Returns the value of a field, or null when the row lacks the field. */
export function readField(row: Row, field: string): unknown {
  return Object.hasOwn(row, field) ? (row[field] ?? null) : null
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
