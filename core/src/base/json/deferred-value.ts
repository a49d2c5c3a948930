import { parseJson } from '@ashlar/sdk/json'
import type { JsonType } from './json-scanner.ts'

/** What is known of a deferred value. */
interface Deferred {
  text: string
  itemTypes: ReadonlySet<JsonType>
}

const deferred = new WeakMap<object, Deferred>()

/**
 * Creates a *deferred value*: a list or an object that is kept as its JSON text, and is parsed when a part of it is
 * first read. It behaves like the parsed value. Code that only passes a value on takes its text with
 * {@link deferredText} or {@link stringifyDeferred}, so a large value need not be parsed and written again.
 *
 * The value cannot be changed.
 *
 * @param text of a list or an object, as `JSON.stringify` writes it
 * @param itemTypes the types of the items of a list
 */
export function deferValue(text: string, itemTypes: ReadonlySet<JsonType>): object {
  const value = new Proxy(text.startsWith('[') ? [] : {}, new Deferral(text))
  deferred.set(value, { text, itemTypes })
  return value
}

/** The JSON text of a deferred value; undefined for any other value. */
export function deferredText(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? deferred.get(value)?.text : undefined
}

/** The types of the items of a deferred list; undefined for any other value. */
export function deferredItemTypes(value: readonly unknown[]): ReadonlySet<JsonType> | undefined {
  return deferred.get(value)?.itemTypes
}

/**
 * Writes JSON text like `JSON.stringify`. Deferred values in the value itself and in its lists and objects, up to the
 * given depth, are not parsed.
 *
 * @param depth 1: in the members of the value
 */
export function stringifyDeferred(value: unknown, depth: number): string {
  const text = deferredText(value)
  if (text !== undefined) return text
  if (!hasDeferred(value, depth)) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item) => stringifyDeferred(item ?? null, depth - 1)).join(',')}]`
  const members = Object.entries(value as object).filter(([, member]) => member !== undefined)
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${stringifyDeferred(member, depth - 1)}`).join(',')}}`
}

function hasDeferred(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (deferred.has(value)) return true
  return depth > 0 && Object.values(value).some((part) => hasDeferred(part, depth - 1))
}

/** Parses the text before the first access, and passes every access on to the parsed value. */
class Deferral implements ProxyHandler<object> {
  #text: string | undefined
  #parsed: object = {}

  constructor(text: string) {
    this.#text = text
  }

  get #value(): object {
    if (this.#text !== undefined) this.#parsed = parseJson(this.#text) as object
    this.#text = undefined
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
