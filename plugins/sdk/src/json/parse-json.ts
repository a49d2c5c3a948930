import { findPath, showPath } from './json-path.ts'
import { parseInOrder } from './key-order.ts'

/** What `JSON.parse` gives a reviver as its third argument. Source: ECMAScript, JSON.parse source text access. */
export interface ReviverContext {
  /** The text of a primitive value. */
  readonly source?: string
}

/** The longest integer that is read. Reading and writing longer ones is slow. */
export const MAX_INTEGER_DIGITS = 1000

/**
 * Reads JSON text as `JSON.parse` does, but changes no integer: one whose digits a number cannot hold becomes a bigint. A
 * decimal fraction becomes the nearest number. Objects keep the order of all keys.
 *
 * @throws {SyntaxError} when the text is not JSON
 * @throws {RangeError} when a number is larger than the largest number, such as `1e999`, or an integer has more than 1000
 * digits; the message names its path
 */
export function parseJson(text: string): unknown {
  const value = parseInOrder(text)
  if (!mayHaveChanged(value, 0)) return value
  try {
    return parseInOrder(text, reviveNumber)
  } catch (error) {
    throw error instanceof NumberTooLarge ? locate(text, error) : error
  }
}

/**
 * A reviver for `JSON.parse` that reads numbers as {@link parseJson} does, for libraries that take one.
 *
 * @throws {RangeError} when a number is too large
 */
export function reviveNumber(_key: string, value: unknown, context?: ReviverContext): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  return readLarge(context?.source ?? String(value), value)
}

/**
 * Reads a decimal number from a text with all digits of an integer: as in JSON, and also `+5`, `007`, `.5` and `5.`. White space
 * around it is ignored.
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
    super(`${where} is ${source.length > 40 ? `${source.slice(0, 40)}…` : source}, which is too large: ${limit}. Give it as text`)
    this.source = source
  }
}

/** A reviver does not know where it is, so the number is looked up. */
function locate(text: string, { source }: NumberTooLarge): NumberTooLarge {
  const marker = {}
  const mark = (_key: string, value: unknown, context?: ReviverContext): unknown =>
    typeof value === 'number' && context?.source === source ? marker : value
  const path = findPath(JSON.parse(text, mark), (part) => part === marker)
  return new NumberTooLarge(source, path && showPath(path))
}

/** Lists and objects in each other that are looked into. Ashlar takes no value that is deeper. */
const MAX_DEPTH = 1000

/** Whether a number may have other digits than its text: a whole one beyond 2 ** 53. Looking at values costs less than looking at text. */
function mayHaveChanged(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return !Number.isSafeInteger(value) && (Number.isInteger(value) || !Number.isFinite(value))
  if (typeof value !== 'object' || value === null || depth >= MAX_DEPTH) return false
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (mayHaveChanged(value[i], depth + 1)) return true
    return false
  }
  for (const key in value) if (mayHaveChanged((value as Record<string, unknown>)[key], depth + 1)) return true
  return false
}
