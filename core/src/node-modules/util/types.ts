/** `node:util/types`. A value is recognized by its tag, and a typed array by its internal slot. */
type Check = (value: unknown) => boolean

const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice('[object '.length, -1)
const hasTag =
  (...tags: string[]): Check =>
  (value) =>
    Object(value) === value && tags.includes(tagOf(value))

const arrayTag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get
const isArrayOf =
  (name: string): Check =>
  (value) =>
    arrayTag?.call(value) === name

export const isTypedArray: Check = (value) => arrayTag?.call(value) !== undefined
export const isArrayBufferView: Check = (value) => ArrayBuffer.isView(value)
export const isUint8Array = isArrayOf('Uint8Array')
export const isUint8ClampedArray = isArrayOf('Uint8ClampedArray')
export const isUint16Array = isArrayOf('Uint16Array')
export const isUint32Array = isArrayOf('Uint32Array')
export const isInt8Array = isArrayOf('Int8Array')
export const isInt16Array = isArrayOf('Int16Array')
export const isInt32Array = isArrayOf('Int32Array')
export const isFloat32Array = isArrayOf('Float32Array')
export const isFloat64Array = isArrayOf('Float64Array')
export const isBigInt64Array = isArrayOf('BigInt64Array')
export const isBigUint64Array = isArrayOf('BigUint64Array')

export const isArrayBuffer = hasTag('ArrayBuffer')
export const isSharedArrayBuffer = hasTag('SharedArrayBuffer')
export const isAnyArrayBuffer = hasTag('ArrayBuffer', 'SharedArrayBuffer')
export const isDataView = hasTag('DataView')
export const isDate = hasTag('Date')
export const isMap = hasTag('Map')
export const isSet = hasTag('Set')
export const isWeakMap = hasTag('WeakMap')
export const isWeakSet = hasTag('WeakSet')
export const isMapIterator = hasTag('Map Iterator')
export const isSetIterator = hasTag('Set Iterator')
export const isPromise = hasTag('Promise')
export const isRegExp = hasTag('RegExp')
export const isArgumentsObject = hasTag('Arguments')
export const isAsyncFunction = hasTag('AsyncFunction', 'AsyncGeneratorFunction')
export const isGeneratorFunction = hasTag('GeneratorFunction', 'AsyncGeneratorFunction')
export const isGeneratorObject = hasTag('Generator', 'AsyncGenerator')
export const isModuleNamespaceObject = hasTag('Module')
export const isNativeError: Check = (value) => Error.isError(value)
export const isNumberObject = hasTag('Number')
export const isStringObject = hasTag('String')
export const isBooleanObject = hasTag('Boolean')
export const isBigIntObject = hasTag('BigInt')
export const isSymbolObject = hasTag('Symbol')
export const isBoxedPrimitive = hasTag('Number', 'String', 'Boolean', 'BigInt', 'Symbol')
export const isCryptoKey = hasTag('CryptoKey')
/** Not detectable without the engine. */
export const isProxy: Check = () => false
export const isExternal: Check = () => false
export const isKeyObject: Check = () => false
