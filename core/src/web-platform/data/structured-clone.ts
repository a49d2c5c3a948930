/**
 * `structuredClone` (HTML section 2.7). Written here because the libraries take types by their name, lose buffers that views
 * share, or need a browser's own for transfer.
 *
 * The copy is built while the value is read, in the order of the standard. Buffers are transferred after that, when nothing can
 * be refused any more; what is made of them then comes to the places that were kept for it.
 */
import { DOMException } from '../base/dom-exception.ts'
import { cloneOf, isArrayBuffer, requireArguments, toDictionary } from '../base/webidl.ts'

/** Stands for a part of the copy that is made of a transferred buffer, and gives it after the transfer: always the same. */
type Late = () => unknown

interface Session {
  /** By object, its copy or what stands for it. No copy is a function, so a function is always a {@link Late}. */
  readonly memory: Map<object, object>
  readonly transferred: Map<ArrayBuffer, ArrayBuffer | undefined>
  /** What is done after the transfer. */
  readonly finish: (() => void)[]
}

export function structuredClone(value: unknown, options?: { transfer?: Iterable<unknown> }): unknown {
  requireArguments(arguments.length, 1)
  const session: Session = { memory: new Map(), transferred: new Map(), finish: [] }
  for (const each of toDictionary<{ transfer: Iterable<unknown> }>(options).transfer ?? []) {
    if (!isArrayBuffer(each)) throw refusal('only an ArrayBuffer can be transferred')
    if (session.transferred.has(each)) throw refusal('a buffer is in the transfer list twice')
    session.transferred.set(each, undefined)
    session.memory.set(each, () => session.transferred.get(each))
  }
  const copy = clone(value, session)
  for (const buffer of session.transferred.keys()) if (buffer.detached) throw refusal('a buffer to transfer is detached')
  for (const buffer of session.transferred.keys()) session.transferred.set(buffer, buffer.transfer())
  for (const step of session.finish) step()
  return settle(copy)
}

function clone(value: unknown, session: Session): unknown {
  if (typeof value === 'symbol' || typeof value === 'function') throw refusal(`a ${typeof value} cannot be cloned`)
  if (typeof value !== 'object' || value === null) return value
  return session.memory.get(value) ?? cloneObject(value, session)
}

function settle(part: unknown): unknown {
  return typeof part === 'function' ? (part as Late)() : part
}

/** Comes before the parts of the object are cloned, so that it may contain itself. */
function remember<T extends object>(value: object, session: Session, copy: T): T {
  session.memory.set(value, copy)
  return copy
}

function cloneObject(value: object, session: Session): object {
  if (Array.isArray(value)) {
    const copy = remember(value, session, [] as unknown[])
    copy.length = value.length
    return cloneProperties(value, copy, session)
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) {
    const special = cloneSpecial(value, session)
    if (special) return special
  }
  return cloneProperties(value, remember(value, session, {}), session)
}

/** Enumerable own properties, keys first, each value when its turn comes. */
function cloneProperties(value: object, copy: object, session: Session): object {
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(value, key)) continue
    const part = clone((value as Record<string, unknown>)[key], session)
    setProperty(copy, key, part)
    if (typeof part === 'function') afterTransfer(session, () => setProperty(copy, key, settle(part)))
  }
  return copy
}

/** An assignment would call a setter that is inherited, and fail where what is inherited cannot be changed. */
function setProperty(copy: object, key: string, value: unknown): void {
  if (key in copy) Object.defineProperty(copy, key, { value, writable: true, enumerable: true, configurable: true })
  else (copy as Record<string, unknown>)[key] = value
}

/** What has internal slots. @returns undefined for an object that has none */
function cloneSpecial(value: object, session: Session): object | undefined {
  const cloneInterface = cloneOf(value)
  if (cloneInterface === null) throw refusal(`a ${Object.prototype.toString.call(value).slice(8, -1)} cannot be cloned`)
  if (cloneInterface) return remember(value, session, cloneInterface(value) as object)
  if (ArrayBuffer.isView(value)) return cloneView(value, session)
  if (isArrayBuffer(value)) return remember(value, session, cloneBuffer(value))
  if (Error.isError(value)) return cloneError(value as Error, session)
  for (const [type, copy] of COPIES) if (hasSlots(type, value)) return copy(value as never, session)
  if (UNCLONEABLE.some((type) => value instanceof type))
    throw refusal(`a ${Object.prototype.toString.call(value).slice(8, -1)} cannot be cloned`)
  return undefined
}

function cloneBuffer(buffer: ArrayBuffer): ArrayBuffer {
  if (buffer.detached) throw refusal('a buffer is detached')
  const { resizable, maxByteLength } = buffer
  const bytes = new Uint8Array(buffer)
  const copy = new ArrayBuffer(bytes.length, resizable ? { maxByteLength } : undefined)
  new Uint8Array(copy).set(bytes)
  return copy
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

function cloneView(view: ArrayBufferView, session: Session): object {
  const { buffer, byteOffset } = view
  if (!isArrayBuffer(buffer)) throw refusal('memory that is shared cannot be cloned')
  const name = nameOf.call(view)
  const Type = TYPED_ARRAYS.find((type) => type.name === name) ?? DataView
  const length = 'length' in view ? (view.length as number) : view.byteLength
  const tracksLength = buffer.resizable && isLengthTracking(view, buffer)
  if (buffer.detached) throw refusal('a buffer is detached')
  const viewOf = (copy: ArrayBuffer): object => new Type(copy, byteOffset, tracksLength ? undefined : length)
  const part = clone(buffer, session)
  if (typeof part !== 'function') return remember(view, session, viewOf(part as ArrayBuffer))
  let copy: object | undefined
  return remember(view, session, () => (copy ??= viewOf(settle(part) as ArrayBuffer)))
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
function cloneError(error: Error, session: Session): Error {
  const { name } = error
  const Type = (Object.hasOwn(ERRORS, name) && ERRORS[name]) || Error
  const message = Object.getOwnPropertyDescriptor(error, 'message')
  const text = message && 'value' in message ? `${message.value as string}` : undefined
  const { stack } = error
  const copy = remember(error, session, Object.create(Type.prototype, {}) as Error)
  const set = (key: string, value: unknown): void =>
    void Object.defineProperty(copy, key, { value, writable: true, configurable: true })
  if (text !== undefined) set('message', text)
  if (typeof stack === 'string') set('stack', stack)
  const cause = Object.hasOwn(error, 'cause') ? clone(error.cause, session) : undefined
  if (cause !== undefined) set('cause', cause)
  if (typeof cause === 'function') afterTransfer(session, () => set('cause', settle(cause)))
  return copy
}

type SlotTest = (value: object) => unknown

const sourceOf = Object.getOwnPropertyDescriptor(RegExp.prototype, 'source')?.get as () => string
const flagsOf = Object.getOwnPropertyDescriptor(RegExp.prototype, 'flags')?.get as () => string
const mapSizeOf = Object.getOwnPropertyDescriptor(Map.prototype, 'size')?.get as () => number
const setSizeOf = Object.getOwnPropertyDescriptor(Set.prototype, 'size')?.get as () => number
const { getTime } = Date.prototype
const { entries: entriesOf } = Map.prototype
const { values: valuesOf } = Set.prototype

const WRAPPERS = [Boolean, Number, BigInt, String].map(({ prototype }) => prototype.valueOf as (this: object) => unknown)

const COPIES: readonly (readonly [test: SlotTest, copy: (value: never, session: Session) => object])[] = [
  [(value) => getTime.call(value as Date), (value: Date, session) => remember(value, session, new Date(getTime.call(value)))],
  [(value) => mapSizeOf.call(value), cloneMap],
  [(value) => setSizeOf.call(value), cloneSet],
  [
    (value) => value !== RegExp.prototype && sourceOf.call(value) && flagsOf.call(value),
    (value: RegExp, session) => remember(value, session, new RegExp(sourceOf.call(value), flagsOf.call(value))),
  ],
  ...WRAPPERS.map(
    (valueOf) =>
      [
        (value: object) => valueOf.call(value),
        (value: object, session: Session) => remember(value, session, Object(valueOf.call(value)) as object),
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

function cloneMap(value: Map<unknown, unknown>, session: Session): object {
  const copy = remember(value, session, new Map<unknown, unknown>())
  const given = [...entriesOf.call(value)]
  for (const [key, each] of given) copy.set(clone(key, session), clone(each, session))
  afterTransfer(session, () => {
    const entries = [...copy]
    copy.clear()
    for (const [key, each] of entries) copy.set(settle(key), settle(each))
  })
  return copy
}

function cloneSet(value: Set<unknown>, session: Session): object {
  const copy = remember(value, session, new Set())
  const given = [...valuesOf.call(value)]
  for (const each of given) copy.add(clone(each, session))
  afterTransfer(session, () => {
    const values = [...copy]
    copy.clear()
    for (const each of values) copy.add(settle(each))
  })
  return copy
}

function afterTransfer({ transferred, finish }: Session, step: () => void): void {
  if (transferred.size > 0) finish.push(step)
}

function refusal(reason: string): DOMException {
  return new DOMException(reason, 'DataCloneError')
}
