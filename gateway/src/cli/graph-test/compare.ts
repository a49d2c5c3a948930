import { isEqual, showValue } from '@ashlar/core'

/**
 * Finds the first difference between two JSON values.
 *
 * @returns `outputs.rows.0.name: expected "Ada", got "Bob"`; undefined if they are equal
 */
export function findJsonDifference(expected: unknown, actual: unknown, path: string): string | undefined {
  if (isEqual(expected, actual)) return undefined
  const keys = listKeys(expected, actual)
  for (const key of keys) {
    const [left, right] = [readMember(expected, key), readMember(actual, key)]
    if (isEqual(left, right)) continue
    if (left === undefined) return `${path}.${key}: unexpected ${showValue(right)}`
    if (right === undefined) return `${path}.${key}: expected ${showValue(left)}, got nothing`
    return findJsonDifference(left, right, `${path}.${key}`)
  }
  return `${path}: expected ${showValue(expected)}, got ${showValue(actual)}`
}

/** The members of two lists or two objects. None if the values are of different kinds. */
function listKeys(a: unknown, b: unknown): string[] {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return []
  return Array.isArray(a) === Array.isArray(b) ? [...new Set([...Object.keys(a), ...Object.keys(b)])] : []
}

function readMember(value: unknown, key: string): unknown {
  return (value as Record<string, unknown>)[key]
}
