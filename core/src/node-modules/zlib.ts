/** `node:zlib` without Brotli and Zstandard. A stream works when its input has ended. */
import * as pako from 'pako'
import { Transform } from 'readable-stream'
import { constants as ZLIB } from 'unenv/node/zlib'

export const constants = ZLIB as Record<string, number>

type Input = string | ArrayBufferView | ArrayBuffer
type Options = { level?: number; windowBits?: number; memLevel?: number; strategy?: number; dictionary?: Uint8Array }
type Convert = (input: Input, options?: Options) => Buffer
type Done = (error: unknown, result?: Buffer) => void

const convertWith =
  (convert: (bytes: Uint8Array, options: object) => Uint8Array): Convert =>
  (input, options = {}) => {
    const bytes = typeof input === 'string' ? Buffer.from(input) : Buffer.from(toArrayBuffer(input))
    const { level, windowBits, memLevel, strategy, dictionary } = options
    const known = Object.entries({ level, windowBits, memLevel, strategy, dictionary }).filter(([, value]) => value !== undefined)
    return Buffer.from(convert(bytes, Object.fromEntries(known)))
  }

function toArrayBuffer(input: ArrayBufferView | ArrayBuffer): ArrayBuffer {
  if (!ArrayBuffer.isView(input)) return input
  return new Uint8Array(input.buffer as ArrayBuffer, input.byteOffset, input.byteLength).slice().buffer
}

export const deflateSync = convertWith(pako.deflate)
export const deflateRawSync = convertWith(pako.deflateRaw)
export const gzipSync = convertWith(pako.gzip)
export const inflateSync = convertWith(pako.inflate)
export const inflateRawSync = convertWith(pako.inflateRaw)
export const gunzipSync = convertWith(pako.inflate)
export const unzipSync = convertWith(pako.inflate)

const withCallback =
  (convert: Convert) =>
  (input: Input, ...rest: [Options | Done, Done?]): void => {
    const done = rest.at(-1) as Done
    const [options] = rest
    try {
      process.nextTick(done, null, convert(input, typeof options === 'function' ? undefined : options))
    } catch (error) {
      process.nextTick(done, error)
    }
  }
export const deflate = withCallback(deflateSync)
export const deflateRaw = withCallback(deflateRawSync)
export const gzip = withCallback(gzipSync)
export const inflate = withCallback(inflateSync)
export const inflateRaw = withCallback(inflateRawSync)
export const gunzip = withCallback(gunzipSync)
export const unzip = withCallback(unzipSync)

class Converter extends Transform {
  readonly #parts: Buffer[] = []
  readonly #convert: Convert
  readonly #options: Options | undefined

  constructor(convert: Convert, options?: Options) {
    super()
    this.#convert = convert
    this.#options = options
  }

  override _transform(chunk: string | Uint8Array, encoding: BufferEncoding, done: () => void): void {
    this.#parts.push(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk))
    done()
  }

  override _flush(done: (error?: Error) => void): void {
    try {
      this.push(this.#convert(Buffer.concat(this.#parts), this.#options))
      done()
    } catch (error) {
      done(error as Error)
    }
  }
}

export class Deflate extends Converter {}
export class Inflate extends Converter {}

export const createDeflate = (options?: Options): Converter => new Deflate(deflateSync, options)
export const createDeflateRaw = (options?: Options): Converter => new Deflate(deflateRawSync, options)
export const createGzip = (options?: Options): Converter => new Deflate(gzipSync, options)
export const createInflate = (options?: Options): Converter => new Inflate(inflateSync, options)
export const createInflateRaw = (options?: Options): Converter => new Inflate(inflateRawSync, options)
export const createGunzip = (options?: Options): Converter => new Inflate(gunzipSync, options)
export const createUnzip = (options?: Options): Converter => new Inflate(unzipSync, options)

const refuse = (name: string): (() => never) =>
  function () {
    throw new Error(`zlib.${name} is not available in a sandbox: use gzip or deflate`)
  }
export const brotliCompress = refuse('brotliCompress')
export const brotliCompressSync = refuse('brotliCompressSync')
export const brotliDecompress = refuse('brotliDecompress')
export const brotliDecompressSync = refuse('brotliDecompressSync')
export const createBrotliCompress = refuse('createBrotliCompress')
export const createBrotliDecompress = refuse('createBrotliDecompress')
