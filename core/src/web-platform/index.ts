/**
 * The web platform of a guest: the WinterTC minimum common API as far as it makes sense without a network and a document.
 *
 * What every block may use at any time is there from the beginning. The rest is a family per file: `require` of a module
 * inside a function becomes, in the bundle, a function that evaluates it at the first call. So a family costs nothing until
 * its first name is read, and the start-up snapshot holds its text only. Inside a family other families are imported as
 * usual and never read from the global object, which belongs to the plugin.
 */
import { clearTimer, setInterval, setTimeout } from '../sandbox/guest/io/timers.ts'
import { console } from './events/console.ts'

type Family = readonly [names: readonly string[], load: () => unknown]

const FAMILIES: readonly Family[] = [
  [['AbortController', 'AbortSignal'], () => require('./events/abort.ts')],
  [['atob', 'btoa'], () => require('./data/base64.ts')],
  [['Blob', 'File'], () => require('./data/blob.ts')],
  [['CompressionStream', 'DecompressionStream'], () => require('./data/compression.ts')],
  [['Crypto', 'crypto'], () => require('./crypto/crypto.ts')],
  [['CryptoKey'], () => require('./crypto/crypto-key.ts')],
  [['DOMException'], () => require('./base/dom-exception.ts')],
  [['TextDecoder', 'TextEncoder'], () => require('./data/encoding.ts')],
  [['TextDecoderStream', 'TextEncoderStream'], () => require('./data/encoding-streams.ts')],
  [['CustomEvent', 'Event', 'EventTarget'], () => require('./events/events.ts')],
  [['FormData'], () => require('./fetch/form-data.ts')],
  [['Headers'], () => require('./fetch/headers.ts')],
  [['performance', 'Performance'], () => require('./events/performance.ts')],
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

/** Puts what a bare isolate lacks of the standard web platform on its global object. */
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
 * A property that becomes a plain one when it is first read or written. A library that looks for the name while it is
 * evaluated for it finds nothing, as in a bare isolate.
 */
function defineLazily(name: string, load: () => Record<string, unknown>): void {
  const get = (): unknown => {
    const value = load()[name]
    if (value !== undefined && getOwnPropertyDescriptor(globalThis, name)?.get === get) define(name, value)
    return value
  }
  defineProperty(globalThis, name, { get, set: (value: unknown) => void define(name, value), configurable: true })
}
