/** Structural equality of JSON values. NaN equals NaN; -0 equals 0; key order does not matter. */
export function isDeepStrictEqual(a: unknown, b: unknown): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const [keysA, keysB] = [Object.keys(a), Object.keys(b)]
  return keysA.length === keysB.length && keysA.every((key) => Object.hasOwn(b, key) && isDeepStrictEqual(at(a, key), at(b, key)))
}

function at(value: object, key: string): unknown {
  return (value as Record<string, unknown>)[key]
}
