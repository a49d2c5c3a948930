import { isAscii } from 'node:buffer'
import { parseJson } from '@ashlar/sdk/json'
import { JsonPieces } from './json-pieces.ts'
import type { JsonType } from './json-scanner.ts'

/** What is known of a deferred value. */
interface Deferred {
  bytes: Buffer
  /** The length of its text. */
  chars: number
  itemTypes: ReadonlySet<JsonType>
}

const deferred = new WeakMap<object, Deferred>()

/**
 * Creates a *deferred value*: a list or an object that is kept as its JSON text in UTF-8, and is parsed when a part of
 * it is first read. It behaves like the parsed value. Code that only passes a value on takes its bytes with
 * {@link deferredBytes} or {@link toJsonPieces}, so a large value need not be decoded, parsed and written again.
 *
 * The value cannot be changed.
 *
 * @param bytes of a list or an object, as `JSON.stringify` writes it. They must not change.
 * @param itemTypes the types of the items of a list
 */
export function deferValue(bytes: Buffer, itemTypes: ReadonlySet<JsonType>): object {
  const value = new Proxy(bytes[0] === OPENING_BRACKET ? [] : {}, new Deferral(bytes))
  deferred.set(value, { bytes, chars: countChars(bytes), itemTypes })
  return value
}

const OPENING_BRACKET = 0x5b

function countChars(bytes: Buffer): number {
  return isAscii(bytes) ? bytes.length : bytes.toString().length
}

/** The JSON text of a deferred value in UTF-8; undefined for any other value. */
export function deferredBytes(value: unknown): Buffer | undefined {
  return find(value)?.bytes
}

/** The length of the JSON text of a deferred value, in UTF-16 code units; undefined for any other value. */
export function deferredLength(value: unknown): number | undefined {
  return find(value)?.chars
}

/** The types of the items of a deferred list; undefined for any other value. */
export function deferredItemTypes(value: readonly unknown[]): ReadonlySet<JsonType> | undefined {
  return find(value)?.itemTypes
}

function find(value: unknown): Deferred | undefined {
  return typeof value === 'object' && value !== null ? deferred.get(value) : undefined
}

/**
 * Writes JSON text like `JSON.stringify`. Deferred values in the value itself and in its lists and objects, up to the
 * given depth, are not parsed.
 *
 * @param depth 1: in the members of the value
 */
export function stringifyDeferred(value: unknown, depth: number): string {
  const text = toJsonPieces(value, depth)
  return text instanceof JsonPieces ? String(text) : text // undefined for undefined
}

/** Like {@link stringifyDeferred}, and does not decode the deferred values either. */
export function toJsonPieces(value: unknown, depth: number): string | JsonPieces {
  if (!hasDeferred(value, depth)) return JSON.stringify(value)
  const pieces: (string | Buffer)[] = []
  addPieces(pieces, value, depth)
  return new JsonPieces(pieces)
}

function addPieces(pieces: (string | Buffer)[], value: unknown, depth: number): void {
  const bytes = deferredBytes(value)
  if (bytes) return void pieces.push(bytes)
  if (!hasDeferred(value, depth)) return void pieces.push(JSON.stringify(value))
  const isList = Array.isArray(value)
  const members = isList ? value.entries() : Object.entries(value as object).filter(([, member]) => member !== undefined)
  let separator = isList ? '[' : '{'
  for (const [key, member] of members) {
    pieces.push(isList ? separator : `${separator}${JSON.stringify(key)}:`)
    addPieces(pieces, (member as unknown) ?? null, depth - 1)
    separator = ','
  }
  pieces.push(isList ? ']' : '}')
}

function hasDeferred(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (deferred.has(value)) return true
  return depth > 0 && Object.values(value).some((part) => hasDeferred(part, depth - 1))
}

/** Parses the text before the first access, and passes every access on to the parsed value. */
class Deferral implements ProxyHandler<object> {
  #bytes: Buffer | undefined
  #parsed: object = {}

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get #value(): object {
    if (this.#bytes) this.#parsed = parseJson(String(this.#bytes)) as object
    this.#bytes = undefined
    return this.#parsed
  }

  get(_: object, key: PropertyKey): unknown {
    return Reflect.get(this.#value, key)
  }

  has(_: object, key: PropertyKey): boolean {
    return Reflect.has(this.#value, key)
  }

  ownKeys(): (string | symbol)[] {
    return Reflect.ownKeys(this.#value)
  }

  getOwnPropertyDescriptor(_: object, key: PropertyKey): PropertyDescriptor | undefined {
    return Reflect.getOwnPropertyDescriptor(this.#value, key)
  }

  set(): boolean {
    return false
  }

  defineProperty(): boolean {
    return false
  }

  deleteProperty(): boolean {
    return false
  }

  setPrototypeOf(): boolean {
    return false
  }

  preventExtensions(): boolean {
    return false
  }
}
