import { defineInterface, requireArguments, toByteString } from '../base/webidl.ts'

/**
 * `immutable`: the headers of a response from the network. The others differ from `none` only in browsers (see
 * docs/web-platform.md).
 */
export type HeadersGuard = 'none' | 'request' | 'response' | 'immutable'

type HeaderList = [name: string, value: string][]

const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/
const FORBIDDEN = /[\0\r\n]/

/** Fetch section 5.1. It stores names in their original spelling and returns them in lower case. */
export class Headers {
  #list: HeaderList = []
  #guard: HeadersGuard = 'none'
  #sorted: HeaderList | undefined

  constructor(init?: unknown) {
    if (init !== undefined) this.#fill(init)
  }

  append(name: unknown, value: unknown): void {
    requireArguments(arguments.length, 2)
    const [key, text] = this.#check(name, value)
    const spelling = this.#list.find(([each]) => each.toLowerCase() === key.toLowerCase())?.[0] ?? key
    this.#change([...this.#list, [spelling, text]])
  }

  set(name: unknown, value: unknown): void {
    requireArguments(arguments.length, 2)
    const [key, text] = this.#check(name, value)
    const first = this.#list.findIndex(([each]) => each.toLowerCase() === key.toLowerCase())
    const spelling = this.#list[first]?.[0] ?? key
    const rest = this.#list.filter(([each], i) => i <= first || each.toLowerCase() !== key.toLowerCase())
    this.#change(first < 0 ? [...rest, [spelling, text]] : rest.with(first, [spelling, text]))
  }

  delete(name: unknown): void {
    requireArguments(arguments.length, 1)
    const [key] = this.#check(name, '')
    this.#change(this.#list.filter(([each]) => each.toLowerCase() !== key.toLowerCase()))
  }

  get(name: unknown): string | null {
    requireArguments(arguments.length, 1)
    const key = toName(name).toLowerCase()
    const values = this.#list.filter(([each]) => each.toLowerCase() === key).map(([, value]) => value)
    return values.length > 0 ? values.join(', ') : null
  }

  has(name: unknown): boolean {
    requireArguments(arguments.length, 1)
    const key = toName(name).toLowerCase()
    return this.#list.some(([each]) => each.toLowerCase() === key)
  }

  getSetCookie(): string[] {
    return this.#list.filter(([each]) => each.toLowerCase() === 'set-cookie').map(([, value]) => value)
  }

  forEach(callback: (value: string, name: string, headers: Headers) => void, self?: unknown): void {
    if (typeof callback !== 'function') throw new TypeError('expected a function')
    for (const [name, value] of this.entries()) callback.call(self, value, name, this)
  }

  /** Iterates by position in the current list. */
  *entries(): Generator<[string, string]> {
    for (let i = 0; i < this.#combined().length; i++) {
      const entry = this.#combined()[i]
      if (entry) yield [...entry]
    }
  }

  *keys(): Generator<string> {
    for (const [name] of this.entries()) yield name
  }

  *values(): Generator<string> {
    for (const [, value] of this.entries()) yield value
  }

  declare [Symbol.iterator]: () => Generator<[string, string]>

  /** Section 5.1, "fill". */
  #fill(init: unknown): void {
    if (typeof init !== 'object' && typeof init !== 'function') throw new TypeError('headers must be pairs or an object')
    if (init === null) throw new TypeError('headers must be pairs or an object')
    if (Symbol.iterator in init) for (const pair of init as Iterable<unknown>) this.append(...toPair(pair))
    else
      for (const key of Reflect.ownKeys(init)) {
        if (!Reflect.getOwnPropertyDescriptor(init, key)?.enumerable) continue
        this.append(key, (init as Record<PropertyKey, unknown>)[key])
      }
  }

  #check(name: unknown, value: unknown): [string, string] {
    const key = toByteString(name)
    const text = toByteString(value).replace(/^[\t\r\n ]+|[\t\r\n ]+$/g, '')
    if (!TOKEN.test(key)) throw new TypeError(`"${key}" is not a valid header name`)
    if (FORBIDDEN.test(text)) throw new TypeError(`the value of header "${key}" contains a line break or a NUL character`)
    if (this.#guard === 'immutable') throw new TypeError('these headers are immutable')
    return [key, text]
  }

  #change(list: HeaderList): void {
    this.#list = list
    this.#sorted = undefined
  }

  /** Section 2.2.2, "sort and combine". Set-Cookie headers are not combined. */
  #combined(): HeaderList {
    if (this.#sorted) return this.#sorted
    const byName = Map.groupBy(this.#list, ([name]) => name.toLowerCase())
    const names = [...byName.keys()].toSorted((a, b) => (a < b ? -1 : 1))
    this.#sorted = names.flatMap((name): HeaderList => {
      const values = (byName.get(name) ?? []).map(([, value]) => value)
      return name === 'set-cookie' ? values.map((value) => [name, value]) : [[name, values.join(', ')]]
    })
    return this.#sorted
  }

  static create(init: unknown, guard: HeadersGuard): Headers {
    const headers = new Headers(init)
    headers.#guard = guard
    return headers
  }

  static list(headers: Headers): readonly (readonly [string, string])[] {
    return headers.#list
  }
}

/**
 * `createHeaders` sets the guard after it has added the headers. `listOfHeaders` returns the names in their original
 * spelling.
 */
export const { create: createHeaders, list: listOfHeaders } = Headers
Reflect.deleteProperty(Headers, 'create')
Reflect.deleteProperty(Headers, 'list')
Object.defineProperty(Headers.prototype, Symbol.iterator, {
  value: Headers.prototype.entries,
  writable: true,
  configurable: true,
})
defineInterface(Headers, 'Headers')

function toName(name: unknown): string {
  const key = toByteString(name)
  if (!TOKEN.test(key)) throw new TypeError(`"${key}" is not a valid header name`)
  return key
}

function toPair(pair: unknown): [unknown, unknown] {
  if (typeof pair !== 'object' || pair === null || !(Symbol.iterator in pair)) throw new TypeError('a header must be a pair')
  const items = [...(pair as Iterable<unknown>)]
  if (items.length !== 2) throw new TypeError(`a header must be a pair, got ${items.length} items`)
  return [items[0], items[1]]
}
