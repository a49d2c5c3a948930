/** File API: https://w3c.github.io/FileAPI/ */
import { TextDecoder, TextEncoder } from './encoding.ts'
import { ReadableStream } from './streams.ts'
import {
  copyBytes,
  defineInterface,
  isBufferSource,
  requireArguments,
  toDictionary,
  toDomString,
  toEnumValue,
  toUsvString,
} from '../base/webidl.ts'

interface BlobOptions {
  type: string
  endings: 'transparent' | 'native'
}

/** The size of the pieces in which a blob is streamed. */
const PIECE_BYTES = 64 * 1024

/** Section 3. The bytes never change, so slices share them. */
export class Blob {
  #bytes: Uint8Array<ArrayBuffer>
  #type: string

  constructor(parts?: Iterable<unknown>, options?: Partial<BlobOptions>) {
    const elements = toElements(parts)
    const { endings, type } = toDictionary<BlobOptions>(options)
    const isNative = endings !== undefined && toEnumValue(endings, ['transparent', 'native'], 'endings') === 'native'
    this.#type = type === undefined ? '' : toType(type)
    this.#bytes = concat(elements.map((each) => toBytes(each, isNative)))
  }

  get size(): number {
    return this.#bytes.length
  }

  get type(): string {
    return this.#type
  }

  slice(start: unknown = 0, end: unknown = this.size, type: unknown = ''): Blob {
    const blob = new Blob()
    blob.#bytes = this.#bytes.subarray(clamp(start), clamp(end))
    blob.#type = toType(type)
    return blob
  }

  stream(): ReadableStream<Uint8Array> {
    const bytes = this.#bytes
    let position = 0
    return new ReadableStream({
      type: 'bytes',
      pull(controller) {
        const piece = bytes.slice(position, (position += PIECE_BYTES))
        if (piece.length > 0) controller.enqueue(piece)
        if (position < bytes.length) return
        controller.close()
        controller.byobRequest?.respond(0)
      },
    })
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(this.#bytes)
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#bytes.slice().buffer
  }

  async bytes(): Promise<Uint8Array> {
    return this.#bytes.slice()
  }

  static is(value: unknown): value is Blob {
    return typeof value === 'object' && value !== null && #bytes in value
  }

  static bytes(blob: Blob): Uint8Array<ArrayBuffer> {
    return blob.#bytes
  }
}

/**
 * `isBlob` accepts blobs and files. `bytesOfBlob` returns the internal bytes, which callers must neither change nor
 * pass to plugin code.
 */
export const { is: isBlob, bytes: bytesOfBlob } = Blob
Reflect.deleteProperty(Blob, 'is')
Reflect.deleteProperty(Blob, 'bytes')
defineInterface(Blob, 'Blob', (blob) => blob.slice(0, blob.size, blob.type))

/** Section 4. */
export class File extends Blob {
  readonly #name: string
  readonly #lastModified: number

  constructor(parts: Iterable<unknown>, name: unknown, options?: Partial<BlobOptions & { lastModified: number }>) {
    requireArguments(arguments.length, 2)
    if (parts === undefined) throw new TypeError('the parts of a file must be a sequence')
    super(parts, options)
    this.#name = toUsvString(name)
    const { lastModified } = toDictionary<{ lastModified: number }>(options)
    this.#lastModified = lastModified === undefined ? Date.now() : Math.trunc(Number(lastModified)) || 0
  }

  get name(): string {
    return this.#name
  }

  get lastModified(): number {
    return this.#lastModified
  }
}
defineInterface(File, 'File', (file) => new File([file], file.name, { type: file.type, lastModified: file.lastModified }))

function toElements(parts: unknown): (string | Blob | Uint8Array<ArrayBuffer>)[] {
  if (parts === undefined) return []
  if ((typeof parts !== 'object' && typeof parts !== 'function') || parts === null || !(Symbol.iterator in parts))
    throw new TypeError('the parts of a blob must be a sequence')
  return [...(parts as Iterable<unknown>)].map((each) =>
    isBlob(each) ? each : isBufferSource(each) ? copyBytes(each) : toUsvString(each),
  )
}

function toBytes(part: string | Blob | Uint8Array<ArrayBuffer>, isNative: boolean): Uint8Array {
  if (typeof part === 'string') return new TextEncoder().encode(isNative ? part.replace(/\r\n?/g, '\n') : part)
  return isBlob(part) ? bytesOfBlob(part) : part
}

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let position = 0
  for (const part of parts) {
    whole.set(part, position)
    position += part.length
  }
  return whole
}

/** Section 3.1: a type with characters other than printable ASCII becomes ''. */
function toType(type: unknown): string {
  const text = toDomString(type)
  return /[^\x20-\x7e]/.test(text) ? '' : text.toLowerCase()
}

/** Web IDL `[Clamp] long long`: rounds half to even. */
function clamp(value: unknown): number {
  const number = Number(value)
  if (Number.isNaN(number)) return 0
  const floor = Math.floor(number)
  const isUp = number - floor > 0.5 || (number - floor === 0.5 && floor % 2 !== 0)
  return isUp ? floor + 1 : floor
}
