/**
 * The web platform of a guest: the parts of the WinterTC minimum common API that make sense without a network and a
 * document, and the globals of Node that libraries expect.
 *
 * Timers and the console are always present. The rest consists of families, one per file. In the bundle, `require` of a
 * module inside a function becomes a function that evaluates the module at the first call. So a family is evaluated
 * when one of its names is first read, and the snapshot contains only its text. A family imports other families and
 * never reads them from the global object, which plugin code may change.
 */
import { clearTimer, setInterval, setTimeout } from '../sandbox/guest/io/timers.ts'
import { console } from './events/console.ts'

type Family = readonly [names: readonly string[], load: () => unknown]

const FAMILIES: readonly Family[] = [
  [['AbortController', 'AbortSignal'], () => require('./events/abort.ts')],
  [['atob', 'btoa'], () => require('./data/base64.ts')],
  [['Blob', 'File'], () => require('./data/blob.ts')],
  [['Buffer'], () => require('./node/buffer.ts')],
  [['clearImmediate', 'setImmediate'], () => require('./node/immediate.ts')],
  [['CompressionStream', 'DecompressionStream'], () => require('./data/compression.ts')],
  [['Crypto', 'crypto'], () => require('./crypto/crypto.ts')],
  [['CryptoKey'], () => require('./crypto/crypto-key.ts')],
  [['DOMException'], () => require('./base/dom-exception.ts')],
  [['TextDecoder', 'TextEncoder'], () => require('./data/encoding.ts')],
  [['TextDecoderStream', 'TextEncoderStream'], () => require('./data/encoding-streams.ts')],
  [['CustomEvent', 'Event', 'EventTarget'], () => require('./events/events.ts')],
  [['FormData'], () => require('./fetch/form-data.ts')],
  [['global', 'navigator', 'self'], () => require('./node/globals.ts')],
  [['Headers'], () => require('./fetch/headers.ts')],
  [['performance', 'Performance'], () => require('./events/performance.ts')],
  [['process'], () => require('./node/process.ts')],
  [['Request'], () => require('./fetch/request.ts')],
  [['Response'], () => require('./fetch/response.ts')],
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
    () => require('./data/streams.ts'),
  ],
  [['structuredClone'], () => require('./data/structured-clone.ts')],
  [['SubtleCrypto'], () => require('./crypto/subtle-crypto.ts')],
  [['URL', 'URLSearchParams'], () => require('./url/url.ts')],
  [['URLPattern'], () => require('./url/url-pattern.ts')],
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
