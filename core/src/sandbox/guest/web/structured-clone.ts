/**
 * `structuredClone` (HTML section 2.7). Written here because the libraries take types by their name, lose buffers that views
 * share, or need a browser's own for transfer.
 *
 * First the value is taken apart into a {@link Revive} per object, in the order of the standard, which is where getters run
 * and what cannot be cloned is refused; then buffers are transferred; then the copy is built.
 */
import { DOMException } from './dom-exception.ts'
import { cloneOf, isArrayBuffer, requireArguments, toDictionary } from './webidl.ts'

/** Builds a part of the copy; always the same object. */
type Revive = () => unknown

interface Session {
  readonly memory: Map<object, Revive>
  readonly transferred: Map<ArrayBuffer, ArrayBuffer | undefined>
}

export function structuredClone(value: unknown, options?: { transfer?: Iterable<unknown> }): unknown {
  requireArguments(arguments.length, 1)
  const session: Session = { memory: new Map(), transferred: new Map() }
  for (const each of toDictionary<{ transfer: Iterable<unknown> }>(options).transfer ?? []) {
    if (!isArrayBuffer(each)) throw refusal('only an ArrayBuffer can be transferred')
    if (session.transferred.has(each)) throw refusal('a buffer is in the transfer list twice')
    session.transferred.set(each, undefined)
    session.memory.set(each, () => session.transferred.get(each))
  }
  const revive = serialize(value, session)
  for (const buffer of session.transferred.keys()) if (buffer.detached) throw refusal('a buffer to transfer is detached')
  for (const buffer of session.transferred.keys()) session.transferred.set(buffer, buffer.transfer())
  return revive()
}

function serialize(value: unknown, session: Session): Revive {
  if (typeof value === 'symbol' || typeof value === 'function') throw refusal(`a ${typeof value} cannot be cloned`)
  if (typeof value !== 'object' || value === null) return () => value
  const known = session.memory.get(value)
  if (known) return known
  return serializeObject(value, session)
}

/** Keeps the object while its parts are serialized, so that it may contain itself. */
function remember<T>(value: object, session: Session, create: () => T, parts?: () => (copy: T) => void): Revive {
  let made: { copy: T } | undefined
  const later: { fill?: ((copy: T) => void) | undefined } = {}
  const revive = (): T => {
    if (made) return made.copy
    made = { copy: create() }
    later.fill?.(made.copy)
    return made.copy
  }
  session.memory.set(value, revive)
  later.fill = parts?.()
  return revive
}

function serializeObject(value: object, session: Session): Revive {
  if (Array.isArray(value)) {
    const { length } = value
    return remember(
      value,
      session,
      () => Object.assign<unknown[], { length: number }>([], { length }),
      () => serializeProperties(value, session),
    )
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) {
    const special = serializeSpecial(value, session)
    if (special) return special
  }
  return remember(
    value,
    session,
    () => ({}),
    () => serializeProperties(value, session),
  )
}

/** Enumerable own properties, keys first, each value when its turn comes. */
function serializeProperties(value: object, session: Session): (copy: object) => void {
  const parts: [string, Revive][] = []
  for (const key of Object.keys(value))
    if (Object.hasOwn(value, key)) parts.push([key, serialize((value as Record<string, unknown>)[key], session)])
  return (copy) => {
    for (const [key, revive] of parts)
      Object.defineProperty(copy, key, { value: revive(), writable: true, enumerable: true, configurable: true })
  }
}

/** What has internal slots. @returns undefined for an object that has none */
function serializeSpecial(value: object, session: Session): Revive | undefined {
  const clone = cloneOf(value)
  if (clone === null) throw refusal(`a ${Object.prototype.toString.call(value).slice(8, -1)} cannot be cloned`)
  if (clone) return remember(value, session, () => clone(value))
  if (ArrayBuffer.isView(value)) return serializeView(value, session)
  if (isArrayBuffer(value)) return serializeBuffer(value, session)
  if (Error.isError(value)) return serializeError(value as Error, session)
  for (const [type, copy] of COPIES) if (hasSlots(type, value)) return copy(value as never, session)
  if (UNCLONEABLE.some((type) => value instanceof type))
    throw refusal(`a ${Object.prototype.toString.call(value).slice(8, -1)} cannot be cloned`)
  return undefined
}

function serializeBuffer(buffer: ArrayBuffer, session: Session): Revive {
  if (buffer.detached) throw refusal('a buffer is detached')
  const { resizable, maxByteLength } = buffer
  const bytes = new Uint8Array(buffer).slice()
  return remember(buffer, session, () => {
    if (!resizable) return bytes.buffer
    const copy = new ArrayBuffer(bytes.length, { maxByteLength })
    new Uint8Array(copy).set(bytes)
    return copy
  })
}

const TYPED_ARRAYS: readonly (new (buffer: ArrayBuffer, offset: number, length?: number) => ArrayBufferView)[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float16Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
]
const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array) as { readonly prototype: object }
const nameOf = Object.getOwnPropertyDescriptor(TYPED_ARRAY.prototype, Symbol.toStringTag)?.get as () => string | undefined

function serializeView(view: ArrayBufferView, session: Session): Revive {
  const { buffer, byteOffset } = view
  if (!isArrayBuffer(buffer)) throw refusal('memory that is shared cannot be cloned')
  const name = nameOf.call(view)
  const Type = TYPED_ARRAYS.find((type) => type.name === name) ?? DataView
  const length = 'length' in view ? (view.length as number) : view.byteLength
  const tracksLength = buffer.resizable && isLengthTracking(view, buffer)
  if (buffer.detached) throw refusal('a buffer is detached')
  const reviveBuffer = serialize(buffer, session)
  return remember(view, session, () => {
    const copy = reviveBuffer() as ArrayBuffer
    return tracksLength ? new Type(copy, byteOffset) : new Type(copy, byteOffset, length)
  })
}

/** A view made without a length ends where its resizable buffer ends; nothing tells but what a change of its size does. */
function isLengthTracking(view: ArrayBufferView, buffer: ArrayBuffer): boolean {
  const { byteLength } = buffer
  const step = 'BYTES_PER_ELEMENT' in view ? (view.BYTES_PER_ELEMENT as number) : 1
  const before = view.byteLength
  if (byteLength + step <= buffer.maxByteLength) {
    buffer.resize(byteLength + step)
    const grew = view.byteLength !== before
    buffer.resize(byteLength)
    return grew
  }
  return false
}

const ERRORS: Record<string, ErrorConstructor> = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
}

/** Section 2.7.3 step 17; like browsers it keeps `stack` and `cause`. */
function serializeError(error: Error, session: Session): Revive {
  const { name } = error
  const Type = (Object.hasOwn(ERRORS, name) && ERRORS[name]) || Error
  const message = Object.getOwnPropertyDescriptor(error, 'message')
  const text = message && 'value' in message ? `${message.value as string}` : undefined
  const { stack } = error
  return remember(
    error,
    session,
    () => Object.create(Type.prototype, {}) as Error,
    () => {
      const cause = Object.hasOwn(error, 'cause') ? serialize(error.cause, session) : undefined
      return (copy) => {
        const own = { message: text, stack: typeof stack === 'string' ? stack : undefined, ...(cause && { cause: cause() }) }
        for (const [key, value] of Object.entries(own))
          if (value !== undefined) Object.defineProperty(copy, key, { value, writable: true, configurable: true })
      }
    },
  )
}

type SlotTest = (value: object) => unknown

const sourceOf = Object.getOwnPropertyDescriptor(RegExp.prototype, 'source')?.get as () => string
const flagsOf = Object.getOwnPropertyDescriptor(RegExp.prototype, 'flags')?.get as () => string
const mapSizeOf = Object.getOwnPropertyDescriptor(Map.prototype, 'size')?.get as () => number
const setSizeOf = Object.getOwnPropertyDescriptor(Set.prototype, 'size')?.get as () => number
const { getTime } = Date.prototype

const WRAPPERS = [Boolean, Number, BigInt, String].map(({ prototype }) => prototype.valueOf as (this: object) => unknown)

const COPIES: readonly (readonly [test: SlotTest, copy: (value: never, session: Session) => Revive])[] = [
  [(value) => getTime.call(value as Date), (value: Date, session) => copyOnce(value, session, new Date(getTime.call(value)))],
  [(value) => mapSizeOf.call(value), copyMap],
  [(value) => setSizeOf.call(value), copySet],
  [
    (value) => value !== RegExp.prototype && sourceOf.call(value) && flagsOf.call(value),
    (value: RegExp, session) => copyOnce(value, session, new RegExp(sourceOf.call(value), flagsOf.call(value))),
  ],
  ...WRAPPERS.map(
    (valueOf) =>
      [
        (value: object) => valueOf.call(value),
        (value: object, session: Session) => copyOnce(value, session, Object(valueOf.call(value)) as object),
      ] as const,
  ),
]
const UNCLONEABLE = [Promise, WeakMap, WeakSet, WeakRef, FinalizationRegistry, SharedArrayBuffer, Iterator]

/** The methods of a built-in type throw for every other object, and nothing else tells them apart without fail. */
function hasSlots(test: SlotTest, value: object): boolean {
  try {
    test(value)
    return true
  } catch {
    return false
  }
}

function copyOnce(value: object, session: Session, copy: object): Revive {
  return remember(value, session, () => copy)
}

function copyMap(value: Map<unknown, unknown>, session: Session): Revive {
  const copyEntries = (): ((copy: Map<unknown, unknown>) => void) => {
    const parts = [...Map.prototype.entries.call(value)].map(
      ([key, each]) => [serialize(key, session), serialize(each, session)] as const,
    )
    return (copy) => parts.forEach(([key, each]) => copy.set(key(), each()))
  }
  return remember(value, session, () => new Map(), copyEntries)
}

function copySet(value: Set<unknown>, session: Session): Revive {
  const copyValues = (): ((copy: Set<unknown>) => void) => {
    const parts = [...Set.prototype.values.call(value)].map((each) => serialize(each, session))
    return (copy) => parts.forEach((each) => copy.add(each()))
  }
  return remember(value, session, () => new Set(), copyValues)
}

function refusal(reason: string): DOMException {
  return new DOMException(reason, 'DataCloneError')
}
