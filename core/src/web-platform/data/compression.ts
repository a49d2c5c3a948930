/** Compression: https://compression.spec.whatwg.org/ */
import * as pako from 'pako'
import { TransformStream } from './streams.ts'
import { defineInterface, requireArguments, toEnumValue, toView } from '../base/webidl.ts'

const FORMATS = ['deflate', 'deflate-raw', 'gzip'] as const
type Format = (typeof FORMATS)[number]
type Bytes = Uint8Array<ArrayBuffer>

const PIECE_BYTES = 32 * 1024
/** The `windowBits` of zlib for each format. */
const WINDOW_BITS: Record<Format, number> = { deflate: 15, 'deflate-raw': -15, gzip: 31 }

/** Section 5. */
export class CompressionStream {
  readonly #transform: TransformStream<unknown, Bytes>

  constructor(format: unknown) {
    requireArguments(arguments.length, 1)
    const kind = toEnumValue(format, FORMATS, 'format')
    const deflate = new pako.Deflate({ raw: kind === 'deflate-raw', gzip: kind === 'gzip', chunkSize: PIECE_BYTES })
    const push = (bytes: Uint8Array, isLast: boolean, enqueue: (bytes: Bytes) => void): void => {
      deflate.onData = (chunk) => enqueue(chunk as Bytes)
      deflate.push(bytes, isLast)
    }
    this.#transform = new TransformStream({
      transform: (chunk, controller) => push(toView(chunk), false, (bytes) => controller.enqueue(bytes)),
      flush: (controller) => push(new Uint8Array(), true, (bytes) => controller.enqueue(bytes)),
    })
  }

  get readable(): TransformStream<unknown, Bytes>['readable'] {
    return this.#transform.readable
  }
  get writable(): TransformStream<unknown, Bytes>['writable'] {
    return this.#transform.writable
  }
}
defineInterface(CompressionStream, 'CompressionStream')

/** Section 6. Data that is incomplete, continues after its end, or has the wrong checksum causes a TypeError. */
export class DecompressionStream {
  readonly #transform: TransformStream<unknown, Bytes>

  constructor(format: unknown) {
    requireArguments(arguments.length, 1)
    const inflate = createInflate(toEnumValue(format, FORMATS, 'format'))
    this.#transform = new TransformStream({
      transform: (chunk, controller) => inflate.push(toView(chunk), (bytes) => controller.enqueue(bytes)),
      flush: () => inflate.end(),
    })
  }

  get readable(): TransformStream<unknown, Bytes>['readable'] {
    return this.#transform.readable
  }
  get writable(): TransformStream<unknown, Bytes>['writable'] {
    return this.#transform.writable
  }
}
defineInterface(DecompressionStream, 'DecompressionStream')

/** The `Inflate` class of the library accepts several gzip members in a stream, which the standard does not allow. */
function createInflate(format: Format): { push(bytes: Uint8Array, enqueue: (bytes: Bytes) => void): void; end(): void } {
  const zlib = new pako.ZStream()
  pako.zlibInflateInit2(zlib, WINDOW_BITS[format])
  let isOver = false
  return {
    push(bytes, enqueue) {
      zlib.input = bytes
      zlib.next_in = 0
      zlib.avail_in = bytes.length
      while (!isOver) {
        zlib.output = new Uint8Array(PIECE_BYTES)
        zlib.next_out = 0
        zlib.avail_out = PIECE_BYTES
        const status = pako.zlibInflate(zlib, pako.Z_NO_FLUSH)
        if (zlib.next_out > 0) enqueue(zlib.output.slice(0, zlib.next_out))
        isOver = status === pako.Z_STREAM_END
        if (status === pako.Z_BUF_ERROR || (status === pako.Z_OK && zlib.avail_out > 0)) break
        if (status !== pako.Z_OK && !isOver) throw new TypeError(`the data is not ${format}: ${zlib.msg || `error ${status}`}`)
      }
      if (isOver && zlib.avail_in > 0) throw new TypeError(`bytes follow the end of the ${format} data`)
    },
    end() {
      if (!isOver) throw new TypeError(`the ${format} data is incomplete`)
    },
  }
}
