/**
 * `structuredClone` (HTML section 2.7). There is no suitable library: the existing ones recognize types by their names,
 * duplicate buffers that views share, or require the implementation of a browser for transfers.
 *
 * The copy is created while the value is read, in the order of the standard. Buffers are transferred after that, when
 * no error can occur any more. The parts of the copy that depend on them are then inserted in their places.
 */
import { DOMException } from '../base/dom-exception.ts'
import { findClone, isArrayBuffer, requireArguments, toDictionary } from '../base/webidl.ts'

/**
 * A placeholder for a part of the copy that depends on a transferred buffer. After the transfer it always returns the
 * same part.
 */
type Placeholder = () => unknown

interface Session {
  /**
   * The copy of each object, or its placeholder. No copy is a function, so a function is always a {@link Placeholder}.
   */
  readonly memory: Map<object, object>
  readonly transferred: Map<ArrayBuffer, ArrayBuffer | undefined>
  /** Steps to run after the transfer. */
  readonly finish: (() => void)[]
}

export function structuredClone(value: unknown, options?: { transfer?: Iterable<unknown> }): unknown {
  requireArguments(arguments.length, 1)
  const session: Session = { memory: new Map(), transferred: new Map(), finish: [] }
  for (const each of toDictionary<{ transfer: Iterable<unknown> }>(options).transfer ?? []) {
    if (!isArrayBuffer(each)) throw notCloneable('only an ArrayBuffer can be transferred')
    if (session.transferred.has(each)) throw notCloneable('a buffer is in the transfer list twice')
    session.transferred.set(each, undefined)
    session.memory.set(each, () => session.transferred.get(each))
  }
  const copy = clone(value, session)
  for (const buffer of session.transferred.keys()) if (buffer.detached) throw notCloneable('a buffer to transfer is detached')
  for (const buffer of session.transferred.keys()) session.transferred.set(buffer, buffer.transfer())
  for (const step of session.finish) step()
  return resolvePart(copy)
}

function clone(value: unknown, session: Session): unknown {
  if (typeof value === 'symbol' || typeof value === 'function') throw notCloneable(`a ${typeof value} cannot be cloned`)
  if (typeof value !== 'object' || value === null) return value
  return session.memory.get(value) ?? cloneObject(value, session)
}

function resolvePart(part: unknown): unknown {
  return typeof part === 'function' ? (part as Placeholder)() : part
}

/** Called before the parts of the object are cloned, because it may contain itself. */
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

/** Copies the enumerable own properties. Reads all keys first, then each value in turn. */
function cloneProperties(value: object, copy: object, session: Session): object {
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(value, key)) continue
    const part = clone((value as Record<string, unknown>)[key], session)
    setProperty(copy, key, part)
    if (typeof part === 'function') afterTransfer(session, () => setProperty(copy, key, resolvePart(part)))
  }
  return copy
}

/** An assignment would call an inherited setter, and would fail if an inherited property is read-only. */
function setProperty(copy: object, key: string, value: unknown): void {
  if (key in copy) Object.defineProperty(copy, key, { value, writable: true, enumerable: true, configurable: true })
  else (copy as Record<string, unknown>)[key] = value
}

/** Clones an object with internal slots. @returns undefined for an object without internal slots */
function cloneSpecial(value: object, session: Session): object | undefined {
  const cloneInterface = findClone(value)
  if (cloneInterface === null) throw notCloneable(`a ${Object.prototype.toString.call(value).slice(8, -1)} cannot be cloned`)
  if (cloneInterface) return remember(value, session, cloneInterface(value) as object)
  if (ArrayBuffer.isView(value)) return cloneView(value, session)
  if (isArrayBuffer(value)) return remember(value, session, cloneBuffer(value))
  if (Error.isError(value)) return cloneError(value as Error, session)
  for (const [type, copy] of COPIES) if (hasSlots(type, value)) return copy(value as never, session)
  if (UNCLONEABLE.some((type) => value instanceof type))
    throw notCloneable(`a ${Object.prototype.toString.call(value).slice(8, -1)} cannot be cloned`)
  return undefined
}

function cloneBuffer(buffer: ArrayBuffer): ArrayBuffer {
  if (buffer.detached) throw notCloneable('a buffer is detached')
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
const getTypeName = Object.getOwnPropertyDescriptor(TYPED_ARRAY.prototype, Symbol.toStringTag)?.get as () => string | undefined

function cloneView(view: ArrayBufferView, session: Session): object {
  const { buffer, byteOffset } = view
  if (!isArrayBuffer(buffer)) throw notCloneable('shared memory cannot be cloned')
  const name = getTypeName.call(view)
  const Type = TYPED_ARRAYS.find((type) => type.name === name) ?? DataView
  const length = 'length' in view ? (view.length as number) : view.byteLength
  const tracksLength = buffer.resizable && isLengthTracking(view, buffer)
  if (buffer.detached) throw notCloneable('a buffer is detached')
  const createView = (copy: ArrayBuffer): object => new Type(copy, byteOffset, tracksLength ? undefined : length)
  const part = clone(buffer, session)
  if (typeof part !== 'function') return remember(view, session, createView(part as ArrayBuffer))
  let copy: object | undefined
  return remember(view, session, () => (copy ??= createView(resolvePart(part) as ArrayBuffer)))
}

/**
 * Whether a view was created without a length, so that it ends where its buffer ends. Only a change of the buffer's
 * size shows this.
 */
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

/** Section 2.7.3 step 17. Copies `stack` and `cause`, as browsers do. */
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
  if (typeof cause === 'function') afterTransfer(session, () => set('cause', resolvePart(cause)))
  return copy
}

type SlotTest = (value: object) => unknown

const getSource = Object.getOwnPropertyDescriptor(RegExp.prototype, 'source')?.get as () => string
const getFlags = Object.getOwnPropertyDescriptor(RegExp.prototype, 'flags')?.get as () => string
const getMapSize = Object.getOwnPropertyDescriptor(Map.prototype, 'size')?.get as () => number
const getSetSize = Object.getOwnPropertyDescriptor(Set.prototype, 'size')?.get as () => number
const { getTime } = Date.prototype
const { entries: entriesOf } = Map.prototype
const { values: valuesOf } = Set.prototype

const WRAPPERS = [Boolean, Number, BigInt, String].map(({ prototype }) => prototype.valueOf as (this: object) => unknown)

const COPIES: readonly (readonly [test: SlotTest, copy: (value: never, session: Session) => object])[] = [
  [(value) => getTime.call(value as Date), (value: Date, session) => remember(value, session, new Date(getTime.call(value)))],
  [(value) => getMapSize.call(value), cloneMap],
  [(value) => getSetSize.call(value), cloneSet],
  [
    (value) => value !== RegExp.prototype && getSource.call(value) && getFlags.call(value),
    (value: RegExp, session) => remember(value, session, new RegExp(getSource.call(value), getFlags.call(value))),
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

/** The methods of a built-in type throw for objects of other types. No other test is reliable. */
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
    for (const [key, each] of entries) copy.set(resolvePart(key), resolvePart(each))
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
    for (const each of values) copy.add(resolvePart(each))
  })
  return copy
}

function afterTransfer({ transferred, finish }: Session, step: () => void): void {
  if (transferred.size > 0) finish.push(step)
}

function notCloneable(reason: string): DOMException {
  return new DOMException(reason, 'DataCloneError')
}
