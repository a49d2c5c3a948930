import { parseJson, parseNumber, type JsonNumber } from '@ashlar/sdk'

/** The types a value can be turned into. */
export const TYPES = ['string', 'number', 'boolean', 'list', 'dictionary'] as const

export type Type = (typeof TYPES)[number]

/**
 * Turns any JSON value into one of a type, by the rules of the AutoGPT Platform.
 *
 * @throws {RangeError} when a text holds a number that is too large; there is a result for every other value
 */
export function coerce(value: unknown, type: Type): unknown {
  return COERCIONS[type](value)
}

const COERCIONS: Record<Type, (value: unknown) => unknown> = {
  string: toText,
  number: toNumber,
  boolean: toBoolean,
  list: toList,
  dictionary: toDictionary,
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Numeric text is read with all its digits, a container gives its size, anything else 0. */
function toNumber(value: unknown): JsonNumber {
  if (typeof value === 'bigint') return value
  if (typeof value === 'object' && value !== null) return Object.keys(value).length
  const number = typeof value === 'string' ? (parseNumber(value) ?? Number(value)) : Number(value)
  return typeof number === 'bigint' || Number.isFinite(number) ? number : 0
}

/** Of texts only "true" and "1" are true; of other values all but null, 0 and empty containers. */
function toBoolean(value: unknown): boolean {
  if (typeof value === 'string') return ['true', '1'].includes(value.trim().toLowerCase())
  return isTruthy(value)
}

/** Python's truth: null, false, 0 and everything empty are false. */
export function isTruthy(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value)
}

/** JSON text of a list is parsed, a dictionary becomes its [key, value] pairs, anything else the only item. */
function toList(value: unknown): unknown[] {
  const parsed = tryParse(value)
  if (Array.isArray(parsed)) return parsed
  return isDictionary(value) ? Object.entries(value) : [value]
}

/** JSON text of a dictionary is parsed, a list becomes index → item, anything else { value }. */
function toDictionary(value: unknown): Record<string, unknown> {
  const parsed = tryParse(value)
  if (isDictionary(parsed)) return parsed
  return Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : { value }
}

/** A text that is not JSON stays a text: it is the value itself. */
function tryParse(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return parseJson(value)
  } catch (error) {
    if (error instanceof RangeError) throw error
    return value
  }
}

function isDictionary(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
