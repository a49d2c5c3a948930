import type { Writable } from 'node:stream'
import { JsonPieces } from '../../base/index.ts'

/**
 * Frames on the channel between a worker and a sandbox process, in both directions: the length of the body in bytes (32
 * bits, little-endian), followed by the body, which is one message as JSON in UTF-8.
 *
 * Messages contain values as JSON text. Writing a long text as a JSON string, and reading it, would take as long as
 * parsing the value. So if the highest bit of the length is set, the body consists of the length of the message as JSON
 * (32 bits, little-endian), the message, in which an object `{ long: <bytes> }` replaces each long text in a list, and
 * the texts in UTF-8. Other objects in messages have no key `long`.
 */

const HEADER_BYTES = 4
const HAS_TEXTS = 0x8000_0000
const LONG_CHARS = 16 * 1024
/** The pieces of a longer frame are copied when they arrive. */
const LONG_FRAME_BYTES = 256 * 1024
/** Lists in lists, in a message with long texts. */
const MAX_LISTS = 10

/** The received bytes are not a frame, or the body is too long. All subsequent bytes on the channel are invalid. */
export class FrameError extends Error {}

/** @returns the frame in pieces, so that long texts are not copied once more */
export function encodeFrame(message: unknown): Buffer[] {
  const texts: Buffer[] = []
  const body = JSON.stringify(withoutLongTexts(message, texts))
  const bodyBytes = Buffer.byteLength(body)
  if (texts.length === 0) return [frameStart([bodyBytes], body, bodyBytes)]
  const bytes = texts.reduce((sum, text) => sum + text.length, HEADER_BYTES + bodyBytes)
  return [frameStart([HAS_TEXTS + bytes, bodyBytes], body, bodyBytes), ...texts]
}

function frameStart(lengths: readonly number[], body: string, bodyBytes: number): Buffer {
  const start = Buffer.allocUnsafe(lengths.length * HEADER_BYTES + bodyBytes)
  let at = 0
  for (const length of lengths) at = start.writeUInt32LE(length, at)
  start.write(body, at)
  return start
}

/** Writes a frame in one system call, or in as few as its length permits. */
export function writeFrame(channel: Writable, message: unknown): void {
  const pieces = encodeFrame(message)
  if (pieces.length > 1) channel.cork()
  for (const piece of pieces) channel.write(piece)
  if (pieces.length > 1) channel.uncork()
}

/** @param texts receives the long texts in the lists of the message */
function withoutLongTexts(message: unknown, texts: Buffer[]): unknown {
  if (Array.isArray(message)) {
    const hasPart = message.some((each) => Array.isArray(each) || each instanceof JsonPieces || isLong(each))
    return hasPart ? message.map((each) => withoutLongTexts(each, texts)) : message
  }
  if (message instanceof JsonPieces) return addText(texts, message.pieces.map(toBytes))
  return isLong(message) ? addText(texts, [Buffer.from(message)]) : message
}

function toBytes(piece: string | Buffer): Buffer {
  return typeof piece === 'string' ? Buffer.from(piece) : piece
}

function addText(texts: Buffer[], pieces: readonly Buffer[]): { long: number } {
  texts.push(...pieces)
  return { long: pieces.reduce((sum, { length }) => sum + length, 0) }
}

/** UTF-8 cannot represent a text that is not well-formed, but JSON can. */
function isLong(part: unknown): part is string {
  return typeof part === 'string' && part.length > LONG_CHARS && part.isWellFormed()
}

/**
 * Assembles frames from chunks of any size. It buffers at most one body in addition to the last chunk. The receiver of
 * the messages may pause it. While paused, it keeps the remaining messages of the chunk.
 */
export class FrameReader {
  readonly #maxBytes: number
  readonly #onMessage: (message: unknown) => void
  readonly #decode: (text: Buffer) => unknown
  #pieces: Buffer[] = []
  /** A long frame: the received bytes, followed by space for the others. `#pieces` are what follows it. */
  #frame: Buffer | undefined
  #bytes = 0
  #isPaused = false
  /** Whether the next frame has long texts. */
  #hasTexts = false

  /**
   * @param maxBytes the maximum length of a body
   * @param decode converts a long text; its bytes do not change afterwards. @default to a string
   */
  constructor(maxBytes: number, onMessage: (message: unknown) => void, decode: (text: Buffer) => unknown = String) {
    this.#maxBytes = maxBytes
    this.#onMessage = onMessage
    this.#decode = decode
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  /**
   * @param isReused whether the caller writes the next chunk to the same memory
   * @throws {FrameError} when a body is too long or is not JSON
   */
  push(piece: Buffer, isReused = false): void {
    const used = this.#frame ? piece.copy(this.#frame, this.#bytes) : 0
    if (used < piece.length) this.#pieces.push(piece.subarray(used))
    this.#bytes += piece.length
    if (!this.#isPaused) this.resume()
    const rest = isReused ? this.#pieces.at(-1) : undefined
    if (rest?.buffer === piece.buffer) this.#pieces.splice(-1, 1, Buffer.from(rest))
  }

  pause(): void {
    this.#isPaused = true
  }

  /** @throws {FrameError} like {@link push} */
  resume(): void {
    this.#isPaused = false
    for (let length = this.#frameBytes(); length <= this.#bytes && !this.#isPaused; length = this.#frameBytes())
      this.#onMessage(this.#parse(this.#take(length)))
  }

  #parse(body: Buffer): unknown {
    return this.#hasTexts ? parseWithTexts(body, this.#decode) : parse(body)
  }

  /** The length of the next frame, header included; Infinity while its header is incomplete. */
  #frameBytes(): number {
    if (this.#frame) return this.#frame.length
    if (this.#bytes < HEADER_BYTES) return Infinity
    const [first] = this.#pieces
    if (first === undefined || first.length < HEADER_BYTES) this.#pieces = [Buffer.concat(this.#pieces)]
    const header = this.#pieces[0]?.readUInt32LE() ?? 0
    this.#hasTexts = header >= HAS_TEXTS
    const bodyBytes = header % HAS_TEXTS
    if (bodyBytes > this.#maxBytes)
      throw new FrameError(`message of ${bodyBytes} bytes exceeds the limit of ${this.#maxBytes} bytes`)
    const length = HEADER_BYTES + bodyBytes
    if (length > Math.max(this.#bytes, LONG_FRAME_BYTES)) this.#makeSpace(length)
    return length
  }

  /** Joining the pieces at the end would need twice the memory, and V8 collects all garbage when much is allocated. */
  #makeSpace(length: number): void {
    const frame = Buffer.allocUnsafeSlow(length)
    let at = 0
    for (const piece of this.#pieces) at += piece.copy(frame, at)
    this.#frame = frame
    this.#pieces = []
  }

  #take(length: number): Buffer {
    this.#bytes -= length
    if (this.#frame) {
      const frame = this.#frame
      this.#frame = undefined
      return frame.subarray(HEADER_BYTES)
    }
    const all = this.#pieces.length === 1 && this.#pieces[0] ? this.#pieces[0] : Buffer.concat(this.#pieces)
    this.#pieces = all.length > length ? [all.subarray(length)] : []
    return all.subarray(HEADER_BYTES, length)
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch (cause) {
    throw new FrameError('message is not valid JSON', { cause })
  }
}

function parseWithTexts(body: Buffer, decode: (text: Buffer) => unknown): unknown {
  const end = HEADER_BYTES + (body.length < HEADER_BYTES ? Infinity : body.readUInt32LE())
  if (end > body.length) throw new FrameError('message has no end')
  let at = end
  const restore = (part: unknown, depth: number): unknown => {
    if (depth > MAX_LISTS) throw new FrameError('message has too many nested lists')
    if (Array.isArray(part)) return part.map((each) => restore(each, depth + 1))
    if (typeof part !== 'object' || part === null || !('long' in part)) return part
    const to = at + (Number.isSafeInteger(part.long) && Number(part.long) >= 0 ? Number(part.long) : Infinity)
    if (to > body.length) throw new FrameError('a text of the message has no end')
    const text = decode(body.subarray(at, to))
    at = to
    return text
  }
  const message = restore(parse(body.subarray(HEADER_BYTES, end)), 0)
  if (at < body.length) throw new FrameError('message has more bytes than its texts')
  return message
}
