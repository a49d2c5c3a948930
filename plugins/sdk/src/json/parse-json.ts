import { findPath, showPath } from './json-path.ts'
import { hasEscapedKey, mark, markedNumber, unmark, unmarkKey } from './marked-json.ts'

/** The third argument that `JSON.parse` passes to a reviver. Source: ECMAScript, JSON.parse source text access. */
interface ReviverContext {
  /** The source text of a primitive value. */
  readonly source?: string
}

/** The maximum number of digits of an integer. Longer integers are slow to parse and to write. */
export const MAX_INTEGER_DIGITS = 1000

/**
 * Parses JSON text like `JSON.parse`, but preserves all integers: an integer that a number cannot represent exactly
 * becomes a bigint. A decimal fraction becomes the nearest number. Objects preserve the order of all keys.
 *
 * @param locates whether the error for a number that is too large names its path, which requires a second pass.
 * @default true
 * @throws {SyntaxError} when the text is not JSON
 * @throws {RangeError} when a number exceeds the largest number, such as `1e999`, or an integer has more than 1000
 * digits; the message contains its path
 */
export function parseJson(text: string, { locates = true }: { locates?: boolean } = {}): unknown {
  if (hasEscapedKey(text)) return parseMarked(text, locates)
  const value: unknown = JSON.parse(text)
  return mayHaveChanged(value, 0) ? parseMarked(text, locates) : value
}

function parseMarked(text: string, locates: boolean): unknown {
  try {
    return unmark(JSON.parse(mark(text)), readNumber)
  } catch (error) {
    if (error instanceof SyntaxError) JSON.parse(text) // throws with positions in the text itself
    throw locates && error instanceof NumberTooLarge ? locate(text, error) : error
  }
}

function readNumber(source: string): number | bigint {
  return readLarge(source, Number(source))
}

/**
 * A reviver for `JSON.parse` that returns the same numbers as {@link parseJson}. Use it with libraries that accept a
 * reviver.
 *
 * @throws {RangeError} when a number is too large
 */
export function reviveNumber(_key: string, value: unknown, context?: ReviverContext): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  return readLarge(context?.source ?? String(value), value)
}

/**
 * Parses a decimal number from a text and preserves all digits of an integer. It accepts numbers as in JSON and also
 * `+5`, `007`, `.5` and `5.`. It ignores surrounding white space.
 *
 * @returns undefined when the text is not such a number
 * @throws {RangeError} when the number is too large
 */
export function parseNumber(text: string): number | bigint | undefined {
  const source = text.trim()
  if (!NUMBER.test(source)) return undefined
  const value = Number(source)
  return Number.isSafeInteger(value) ? value : readLarge(source, value)
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const INTEGER = /^[+-]?\d+$/
const MAX = Number.MAX_VALUE

function readLarge(source: string, value: number): number | bigint {
  if (!INTEGER.test(source)) {
    if (Number.isFinite(value)) return value
    throw new NumberTooLarge(source)
  }
  if (source.length > MAX_INTEGER_DIGITS) throw new NumberTooLarge(source)
  const integer = BigInt(source)
  return String(value) === String(integer) ? value : integer
}

class NumberTooLarge extends RangeError {
  readonly source: string
  constructor(source: string, where = 'a number') {
    const limit = INTEGER.test(source) ? `an integer has at most ${MAX_INTEGER_DIGITS} digits` : `the largest number is ${MAX}`
    super(
      `${where} is ${source.length > 40 ? `${source.slice(0, 40)}…` : source}, which is too large: ${limit}. Write it as text`,
    )
    this.source = source
  }
}

function locate(text: string, { source }: NumberTooLarge): NumberTooLarge {
  const path = findPath(JSON.parse(mark(text)), (part) => markedNumber(part) === source)
  return new NumberTooLarge(source, path && showPath(path.map((step) => (typeof step === 'number' ? step : unmarkKey(step)))))
}

/** The nesting depth to which values are inspected. Ashlar accepts no deeper value. */
const MAX_DEPTH = 1000

/**
 * Whether `JSON.parse` may have changed the value: a number is a whole number beyond 2 ** 53, or a key is a whole
 * number. Inspecting values costs less than inspecting text.
 */
function mayHaveChanged(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return !Number.isSafeInteger(value) && (Number.isInteger(value) || !Number.isFinite(value))
  if (typeof value !== 'object' || value === null || depth >= MAX_DEPTH) return false
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (mayHaveChanged(value[i], depth + 1)) return true
    return false
  }
  let isFirst = true
  for (const key in value) {
    if (isFirst && isWholeNumber(key)) return true // these keys come first
    isFirst = false
    if (mayHaveChanged((value as Record<string, unknown>)[key], depth + 1)) return true
  }
  return false
}

function isWholeNumber(key: string): boolean {
  const code = key.charCodeAt(0)
  return code >= 0x30 && code <= 0x39 && /^\d+$/.test(key)
}
