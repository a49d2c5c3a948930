import { deferredLength } from './deferred-value.ts'
import { MAX_DEPTH } from './json-scanner.ts'

/** The minimum length of a number, `true`, `false` and null. */
const MIN_CHARS = 1
/** The minimum length of an integer beyond 2 ** 53. */
const MIN_BIGINT_CHARS = 16

/**
 * A lower bound of the length of a parsed value as JSON text. It does not count escapes and digits, so it creates no
 * text.
 *
 * @param limit stops the count when the result exceeds it. @default never
 * @returns Infinity when the value is nested more than {@link MAX_DEPTH} deep
 */
export function minJsonLength(value: unknown, limit = Infinity, depth = 0): number {
  if (typeof value === 'string') return value.length + 2
  if (typeof value === 'bigint') return MIN_BIGINT_CHARS
  if (typeof value !== 'object' || value === null) return MIN_CHARS
  if (depth >= MAX_DEPTH) return Infinity
  const deferred = deferredLength(value)
  if (deferred !== undefined) return deferred
  let chars = 2
  if (Array.isArray(value)) {
    for (const each of value as unknown[]) {
      chars += minJsonLength(each, limit - chars, depth + 1) + 1
      if (chars > limit) return chars
    }
    return chars
  }
  for (const key in value) {
    chars += key.length + 4 + minJsonLength((value as Record<string, unknown>)[key], limit - chars, depth + 1)
    if (chars > limit) return chars
  }
  return chars
}
