/** `node:util`. Its printer and its comparison are those of Node, as libraries. */
import { isDeepStrictEqual } from 'assert/build/internal/util/comparisons.js'
import printer from 'node-inspect-extracted'
import * as types from './types.ts'

export { isDeepStrictEqual, types }
export const { inspect, format, formatWithOptions, stripVTControlCharacters } = printer
export const { TextDecoder, TextEncoder } = globalThis
export const { isArray } = Array

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown
type Callback = (error: unknown, value?: unknown) => void

const CUSTOM = Symbol.for('nodejs.util.promisify.custom')

function toPromise(f: AnyFunction & { [CUSTOM]?: AnyFunction }): AnyFunction {
  if (typeof f !== 'function') throw new TypeError('The "original" argument must be of type function')
  const custom = f[CUSTOM]
  if (custom) return custom
  const wrapped = function (this: unknown, ...args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const callback: Callback = (error, value) => (error ? reject(error as Error) : resolve(value))
      f.call(this, ...args, callback)
    })
  }
  return Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(f))
}
export const promisify = Object.assign(toPromise, { custom: CUSTOM })

export function callbackify(f: (...args: unknown[]) => Promise<unknown>): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    const callback = args.pop() as Callback
    f.apply(this, args).then(
      (value) => process.nextTick(callback, null, value),
      (error: unknown) => process.nextTick(callback, error ?? new Error('Promise was rejected with a falsy value')),
    )
  }
}

export function inherits(derived: { prototype: object; super_?: unknown }, base: { prototype: object }): void {
  derived.super_ = base
  Object.setPrototypeOf(derived.prototype, base.prototype)
}

export function deprecate<F>(f: F): F {
  return f
}

export function debuglog(): AnyFunction & { enabled: boolean } {
  return Object.assign(() => {}, { enabled: false })
}

export function toUSVString(text: unknown): string {
  return String(text).toWellFormed()
}

/** Returns the text without styles: a log has no terminal. */
export function styleText(_styles: unknown, text: string): string {
  return text
}

export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

export function _extend(target: object, source: unknown): object {
  return Object.assign(target, source)
}

export const isBoolean = (value: unknown): boolean => typeof value === 'boolean'
export const isBuffer = (value: unknown): boolean => Buffer.isBuffer(value)
export const { isDate, isRegExp, isNativeError: isError } = types
export const isFunction = (value: unknown): boolean => typeof value === 'function'
export const isNull = (value: unknown): boolean => value === null
export const isNullOrUndefined = (value: unknown): boolean => value === null || value === undefined
export const isNumber = (value: unknown): boolean => typeof value === 'number'
export const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null
export const isPrimitive = (value: unknown): boolean => Object(value) !== value
export const isString = (value: unknown): boolean => typeof value === 'string'
export const isSymbol = (value: unknown): boolean => typeof value === 'symbol'
export const isUndefined = (value: unknown): boolean => value === undefined
