/**
 * The web platform of a guest: the parts of the WinterTC minimum common API that make sense without a network and a
 * document.
 *
 * Timers and the console are always present. The rest consists of families, one per file. In the bundle, `require` of a
 * module inside a function becomes a function that evaluates the module at the first call. So a family is evaluated
 * when one of its names is first read, and the snapshot contains only its text. A family imports other families and
 * never reads them from the global object, which plugin code may change.
 */
import { clearTimer, setInterval, setTimeout } from '../timers.ts'
import { console } from './console.ts'

type Family = readonly [names: readonly string[], load: () => unknown]

const FAMILIES: readonly Family[] = [
  [['AbortController', 'AbortSignal'], () => require('./abort.ts')],
  [['atob', 'btoa'], () => require('./base64.ts')],
  [['Blob', 'File'], () => require('./blob.ts')],
  [['CompressionStream', 'DecompressionStream'], () => require('./compression.ts')],
  [['Crypto', 'crypto'], () => require('./crypto.ts')],
  [['CryptoKey'], () => require('./crypto-key.ts')],
  [['DOMException'], () => require('./dom-exception.ts')],
  [['TextDecoder', 'TextEncoder'], () => require('./encoding.ts')],
  [['TextDecoderStream', 'TextEncoderStream'], () => require('./encoding-streams.ts')],
  [['CustomEvent', 'Event', 'EventTarget'], () => require('./events.ts')],
  [['FormData'], () => require('./form-data.ts')],
  [['Headers'], () => require('./headers.ts')],
  [['performance', 'Performance'], () => require('./performance.ts')],
  [['Request'], () => require('./request.ts')],
  [['Response'], () => require('./response.ts')],
  [
    [
      'ByteLengthQueuingStrategy',
      'CountQueuingStrategy',
      'ReadableByteStreamController',
      'ReadableStream',
      'ReadableStreamBYOBReader',
      'ReadableStreamBYOBRequest',
      'ReadableStreamDefaultController',
      'ReadableStreamDefaultReader',
      'TransformStream',
      'TransformStreamDefaultController',
      'WritableStream',
      'WritableStreamDefaultController',
      'WritableStreamDefaultWriter',
    ],
    () => require('./streams.ts'),
  ],
  [['structuredClone'], () => require('./structured-clone.ts')],
  [['SubtleCrypto'], () => require('./subtle-crypto.ts')],
  [['URL', 'URLSearchParams'], () => require('./url.ts')],
  [['URLPattern'], () => require('./url-pattern.ts')],
]

/** Adds the web platform to the global object of an isolate. */
export function installWebPlatform(): void {
  const present = {
    clearInterval: clearTimer,
    clearTimeout: clearTimer,
    console,
    queueMicrotask: (callback: () => void) => void Promise.resolve().then(callback),
    setInterval,
    setTimeout,
  }
  for (const [name, value] of Object.entries(present)) define(name, value)
  for (const [names, load] of FAMILIES) for (const name of names) defineLazily(name, load as () => Record<string, unknown>)
}

const { defineProperty, getOwnPropertyDescriptor } = Reflect

function define(name: string, value: unknown): boolean {
  return defineProperty(globalThis, name, { value, writable: true, configurable: true })
}

/**
 * Defines a property that becomes a data property when it is first read or written. While the family of the name is
 * evaluated, the property is undefined.
 */
function defineLazily(name: string, load: () => Record<string, unknown>): void {
  const get = (): unknown => {
    const value = load()[name]
    if (value !== undefined && getOwnPropertyDescriptor(globalThis, name)?.get === get) define(name, value)
    return value
  }
  defineProperty(globalThis, name, { get, set: (value: unknown) => void define(name, value), configurable: true })
}
