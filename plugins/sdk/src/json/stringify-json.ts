import { hasToJson } from './is-equal.ts'
import { showPath } from './json-path.ts'
import { MAX_INTEGER_DIGITS, parseJson } from './parse-json.ts'

// TypeScript's library does not declare these yet. Source: ECMAScript, JSON.parse source text access.
declare global {
  interface JSON {
    rawJSON(text: string): unknown
    isRawJSON(value: unknown): boolean
  }
  interface BigInt {
    toJSON(): unknown
  }
}

// `parseJson` returns bigints and loads this file. Therefore every `JSON.stringify`, including that of a library,
// writes bigints as numbers with the same digits instead of throwing.
Object.defineProperty(BigInt.prototype, 'toJSON', {
  value(this: bigint): unknown {
    return JSON.rawJSON(String(this))
  },
  configurable: true,
  writable: true,
})

/**
 * Writes JSON text like `JSON.stringify`, but without loss: it writes a bigint as a number with all its digits, and
 * throws for a value that JSON cannot represent. It omits undefined members of an object.
 *
 * @throws {TypeError} when a part is NaN, Infinity, undefined in a list, a function, a symbol, a Map or another object
 * whose content JSON would omit; the message contains its path
 */
export function stringifyJson(value: unknown): string {
  const text = JSON.stringify(value)
  const fault = findJsonFault(value)
  if (fault !== undefined) throw new TypeError(fault)
  return text
}

/** The nesting depth to which values are inspected. */
const MAX_DEPTH = 1000
const MAX_INTEGER = 10n ** BigInt(MAX_INTEGER_DIGITS)

/**
 * Finds a part that JSON would change without an error. It returns a description such as `rows[3].price is NaN: …`, or
 * undefined if there is none.
 */
export function findJsonFault(value: unknown): string | undefined {
  if (isJson(value, 0)) return undefined
  const path: (string | number)[] = []
  const problem = findProblem(value, path)
  return problem && `${showPath(path)} is ${problem}`
}

/** The fast check. Most values pass it, so it does not track the path. */
function isJson(value: unknown, depth: number): boolean {
  if (typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object') return typeof value === 'bigint' && value < MAX_INTEGER && value > -MAX_INTEGER
  if (value === null || depth >= MAX_DEPTH) return true
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!isJson(value[i], depth + 1)) return false
    return true
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if ((prototype === null ? JSON.isRawJSON(value) : prototype !== Object.prototype) || 'toJSON' in value) return false
  for (const key in value) {
    const member = (value as Record<string, unknown>)[key]
    if (member !== undefined && !isJson(member, depth + 1)) return false
  }
  return true
}

/** @param path receives the steps to the problem */
function findProblem(value: unknown, path: (string | number)[]): string | undefined {
  if (typeof value !== 'object' || value === null) return isJson(value, 0) ? undefined : describePrimitive(value)
  if (path.length >= MAX_DEPTH) return undefined
  if (JSON.isRawJSON(value)) return findRawProblem(JSON.stringify(value))
  if (value instanceof Date && Number.isNaN(value.getTime())) return 'an invalid Date: use text or null'
  if (hasToJson(value)) return findProblem(value.toJSON(), path)
  const problem = Array.isArray(value) ? undefined : findClassProblem(value)
  if (problem !== undefined) return problem
  for (const [step, part] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    if (part === undefined && typeof step === 'string') continue
    path.push(step)
    const inner = findProblem(part, path)
    if (inner !== undefined) return inner
    path.pop()
  }
  return undefined
}

function findRawProblem(text: string): string | undefined {
  try {
    parseJson(text)
    return undefined
  } catch {
    return `the raw JSON ${text.slice(0, 100)}, which is too large for a number: use text`
  }
}

function describePrimitive(value: unknown): string {
  if (typeof value === 'number') return `${value}, which JSON does not have: use null, or leave it out`
  if (typeof value === 'bigint') return `an integer of more than ${MAX_INTEGER_DIGITS} digits: use text`
  if (value === undefined) return 'undefined, which JSON does not have: use null, or leave it out'
  return `a ${typeof value}, which JSON does not have: leave it out`
}

/**
 * JSON writes an object of a class as its own fields. An object without own fields, such as a Map, would become `{}`.
 */
function findClassProblem(value: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype) return undefined
  const name = (value.constructor as { name?: unknown } | undefined)?.name
  const isOfFields = Object.prototype.toString.call(value) === '[object Object]' && Object.keys(value).length > 0
  if (isOfFields) return undefined
  const shown = typeof name === 'string' && name !== '' ? `of the class ${name}` : 'of a class'
  return `an object ${shown}, whose content JSON would leave out: use a plain object, a list or text`
}
