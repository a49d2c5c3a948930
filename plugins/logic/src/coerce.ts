import { parseJson, parseNumber, type JsonNumber } from '@ashlar/sdk'

/** The types to which a value can be converted. */
export const TYPES = ['string', 'number', 'boolean', 'list', 'dictionary'] as const

export type Type = (typeof TYPES)[number]

/**
 * Converts any JSON value to a type, by the rules of the AutoGPT Platform.
 *
 * @throws {RangeError} when the number in a text is too large; every other value has a result
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

/** Parses numeric text with all its digits. Returns the size of a container, and 0 for any other value. */
function toNumber(value: unknown): JsonNumber {
  if (typeof value === 'bigint') return value
  if (typeof value === 'object' && value !== null) return Object.keys(value).length
  return typeof value === 'string' ? (parseNumber(value) ?? 0) : Number(value)
}

/** Texts are false, except "true" and "1". Other values are true, except null, false, 0 and empty containers. */
function toBoolean(value: unknown): boolean {
  if (typeof value === 'string') return ['true', '1'].includes(value.trim().toLowerCase())
  return isTruthy(value)
}

/** The truth value in Python: null, false, 0, and empty texts and containers are false. */
export function isTruthy(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value)
}

/** Parses the JSON text of a list. A dictionary becomes [key, value] pairs. Any other value becomes the only item. */
function toList(value: unknown): unknown[] {
  const parsed = tryParse(value)
  if (Array.isArray(parsed)) return parsed
  return isDictionary(value) ? Object.entries(value) : [value]
}

/**
 * Parses the JSON text of a dictionary. A list becomes a dictionary of its indexes. Any other value becomes { value }.
 */
function toDictionary(value: unknown): Record<string, unknown> {
  const parsed = tryParse(value)
  if (isDictionary(parsed)) return parsed
  return Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : { value }
}

/** Returns a text that is not JSON unchanged. */
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
