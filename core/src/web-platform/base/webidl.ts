/** The parts of Web IDL that the classes of this folder share: https://webidl.spec.whatwg.org/ */

type Class = { readonly prototype: object; readonly name: string }

/** The prototypes of interfaces, each with the function by which `structuredClone` copies an instance, if it can. */
const interfaces = new Map<object, ((value: never) => unknown) | undefined>()

/**
 * Turns a class into an interface: its members are enumerable, and `toString` returns its name (sections 3.7.3 and
 * 3.7.7).
 *
 * @param clone copies an instance for `structuredClone`; without it, instances cannot be cloned
 */
export function defineInterface<T extends object>(
  type: Class & { prototype: T },
  name: string,
  clone?: (value: T) => unknown,
): void {
  for (const owner of [type, type.prototype])
    for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(owner)))
      if (key !== 'constructor' && key !== 'prototype' && key !== 'name' && key !== 'length')
        Object.defineProperty(owner, key, { ...descriptor, enumerable: true })
  Object.defineProperty(type, 'name', { value: name, configurable: true })
  Object.defineProperty(type.prototype, Symbol.toStringTag, { value: name, configurable: true })
  registerInterface(type, clone)
}

/** Registers a class of a library for `structuredClone`. */
export function registerInterface<T extends object>(type: Class & { prototype: T }, clone?: (value: T) => unknown): void {
  interfaces.set(type.prototype, clone)
}

/**
 * The function that clones an instance of an interface; `null` if it cannot be cloned, `undefined` if the object has no
 * interface.
 */
export function findClone(value: object): ((value: object) => unknown) | null | undefined {
  for (let prototype = Object.getPrototypeOf(value) as object | null; prototype;)
    if (interfaces.has(prototype)) return (interfaces.get(prototype) as ((value: object) => unknown) | undefined) ?? null
    else prototype = Object.getPrototypeOf(prototype) as object | null
  return undefined
}

/** The argument for constructors that only the platform may call (section 3.7.1). Plugin code has no access to it. */
export const PLATFORM = Symbol('platform')

export function assertPlatform(key: unknown): void {
  if (key !== PLATFORM) throw new TypeError('Illegal constructor')
}

/** Constants are on the class and on its prototype (section 3.7.5). */
export function defineConstants(type: Class, constants: Record<string, number>): void {
  for (const owner of [type, type.prototype])
    for (const [name, value] of Object.entries(constants)) Object.defineProperty(owner, name, { value, enumerable: true })
}

/** Section 3.2.10. @throws {TypeError} for a symbol */
export function toDomString(value: unknown): string {
  return `${value as string}`
}

/** Section 3.2.12: lone surrogates become U+FFFD. */
export function toUsvString(value: unknown): string {
  return toDomString(value).toWellFormed()
}

/** Section 3.2.11. @throws {TypeError} when a character is above U+00FF */
export function toByteString(value: unknown): string {
  const text = toDomString(value)
  for (let i = 0; i < text.length; i++)
    if (text.charCodeAt(i) > 0xff)
      throw new TypeError(
        `a header must contain only characters up to U+00FF, got U+${text.charCodeAt(i).toString(16).toUpperCase()}`,
      )
  return text
}

/** Section 3.2.17: a dictionary is an object, undefined or null. */
export function toDictionary<T extends object>(value: unknown): Partial<T> {
  if (value === undefined || value === null) return {}
  if (typeof value !== 'object' && typeof value !== 'function')
    throw new TypeError(`options must be an object, got ${typeof value}`)
  return value as Partial<T>
}

/** Section 3.3.7, `[EnforceRange] unsigned long long`. */
export function toUnsignedLong(value: unknown, max: number = Number.MAX_SAFE_INTEGER): number {
  const number = Math.trunc(Number(value))
  if (!Number.isFinite(number) || number < 0 || number > max)
    throw new TypeError(`expected a number from 0 to ${max}, got ${String(value)}`)
  return number + 0
}

/** One of an enumeration's values (section 3.2.18). */
export function toEnumValue<T extends string>(value: unknown, values: readonly T[], subject: string): T {
  const text = toDomString(value)
  const known = values.find((each) => each === text)
  if (known === undefined) throw new TypeError(`${subject} must be one of ${values.join(', ')}; got "${text}"`)
  return known
}

export function requireArguments(given: number, required: number): void {
  if (given < required) throw new TypeError(`${required} argument${required > 1 ? 's' : ''} required, got ${given}`)
}

type BufferSource = ArrayBuffer | ArrayBufferView

export function isBufferSource(value: unknown): value is BufferSource {
  return ArrayBuffer.isView(value) || isArrayBuffer(value)
}

/** Also recognizes a buffer whose prototype was changed. */
export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  try {
    getByteLength.call(value)
    return true
  } catch {
    return false
  }
}

const getByteLength = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength')?.get as () => number

/** A view of the same bytes, not a copy. @throws {TypeError} when the source is neither a buffer nor a view */
export function toView(source: unknown): Uint8Array {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
  if (isArrayBuffer(source)) return new Uint8Array(source)
  throw new TypeError('expected an ArrayBuffer or a view of one')
}

/** "Get a copy of the bytes held by the buffer source" (section 3.2.27). */
export function copyBytes(source: unknown): Uint8Array<ArrayBuffer> {
  return new Uint8Array(toView(source))
}
