import { parseNumber, type JsonNumber } from '@ashlar/sdk'
import { z } from 'zod'

/** A table: a list of dictionaries, whose keys are the fields. */
export const rows = z.array(z.record(z.string(), z.unknown()))

export type Row = Record<string, unknown>

/** The value of a field; null when the row lacks it. */
export function fieldOf(row: Row, field: string): unknown {
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
