import { toJsonNumber } from './exact-number.ts'

/**
 * Returns whether two values are equal as JSON:
 *
 * - Lists and objects are equal if their contents are equal. The order of keys does not matter.
 * - Numbers and bigints are equal if they have the same digits.
 * - Values of different types, such as `1`, `"1"` and `true`, are not equal.
 * - NaN equals NaN.
 * - An undefined member counts as missing.
 * - An object with `toJSON`, such as a Date, counts as the result of `toJSON`.
 */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a === 'bigint' || typeof b === 'bigint') return plainNumber(a) === plainNumber(b)
  if (hasToJson(a)) return isEqual(a.toJSON(), b)
  if (hasToJson(b)) return isEqual(a, b.toJSON())
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Number.isNaN(a) && Number.isNaN(b)
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && isEqualList(a, b)
  return isEqualObject(a as Members, b as Members)
}

type Members = Readonly<Record<string, unknown>>

function isEqualList(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (!isEqual(a[i], b[i])) return false
  return true
}

function isEqualObject(a: Members, b: Members): boolean {
  const keys = listKeys(a)
  return keys.length === listKeys(b).length && keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key]))
}

function plainNumber(value: unknown): unknown {
  return typeof value === 'bigint' ? toJsonNumber(value) : value
}

/** The keys that JSON text contains. */
export function listKeys(object: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(object).filter((key) => object[key] !== undefined)
}

export function hasToJson(value: unknown): value is { toJSON(): unknown } {
  return typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function'
}
