import { z } from 'zod'

/** A table: a list of dictionaries, whose keys are the fields. */
export const rows = z.array(z.record(z.string(), z.unknown()))

export type Row = Record<string, unknown>

/** The value of a field; null when the row lacks it. */
export function fieldOf(row: Row, field: string): unknown {
  return Object.hasOwn(row, field) ? (row[field] ?? null) : null
}

/** The number that a value is or, being a text, spells; undefined for anything else. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || value.trim() === '') return undefined
  const number = Number(value)
  return Number.isFinite(number) ? number : undefined
}
