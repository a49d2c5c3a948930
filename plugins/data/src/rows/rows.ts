import { parseNumber, type JsonNumber } from '@ashlar/sdk'
import { z } from 'zod'

export type Row = Record<string, unknown>

/** A table: a list of dictionaries, whose keys are the fields. */
export const rows = z.array(dictionary<Row>(() => true, {}))

/** The same where each value is a text. */
export const textRow = dictionary<Record<string, string>>((value) => typeof value === 'string', { type: 'string' })

/** A dictionary that is taken as it is, with the order of its keys, where `z.record` makes a copy. @param values their JSON Schema */
function dictionary<T extends Row>(isValue: (value: unknown) => boolean, values: { type?: 'string' }): z.ZodCustom<T> {
  return z
    .custom<T>((row) => isRow(row) && Object.values(row).every(isValue), 'expected a dictionary')
    .meta({ type: 'object', propertyNames: { type: 'string' }, additionalProperties: values })
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value of a field; null when the row lacks it. */
export function readField(row: Row, field: string): unknown {
  return Object.hasOwn(row, field) ? (row[field] ?? null) : null
}

/**
 * The number that a value is or, being a text, spells; undefined for anything else.
 *
 * @throws {RangeError} when a text spells a number that is too large
 */
export function numberOf(value: unknown): JsonNumber | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value
  if (typeof value !== 'string' || value.trim() === '') return undefined
  const number = parseNumber(value) ?? Number(value)
  return typeof number === 'bigint' || Number.isFinite(number) ? number : undefined
}
