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
/** Lists in lists, in a message with long texts. */
const MAX_LISTS = 10

/** The received bytes are not a frame, or the body is too long. All subsequent bytes on the channel are invalid. */
export class FrameError extends Error {}

export function encodeFrame(message: unknown): Buffer {
  const texts: LongText[] = []
  const body = JSON.stringify(withoutLongTexts(message, texts))
  const bytes = Buffer.byteLength(body)
  if (texts.length > 0) return encodeWithTexts(body, bytes, texts)
  const frame = Buffer.allocUnsafe(HEADER_BYTES + bytes)
  frame.writeUInt32LE(bytes)
  frame.write(body, HEADER_BYTES)
  return frame
}

interface LongText {
  text: string
  bytes: number
}

function encodeWithTexts(body: string, bodyBytes: number, texts: readonly LongText[]): Buffer {
  const bytes = texts.reduce((sum, text) => sum + text.bytes, HEADER_BYTES + bodyBytes)
  const frame = Buffer.allocUnsafe(HEADER_BYTES + bytes)
  frame.writeUInt32LE(HAS_TEXTS + bytes)
  frame.writeUInt32LE(bodyBytes, HEADER_BYTES)
  let at = 2 * HEADER_BYTES
  at += frame.write(body, at)
  for (const { text } of texts) at += frame.write(text, at)
  return frame
}

/** @param texts receives the long texts in the lists of the message */
function withoutLongTexts(message: unknown, texts: LongText[]): unknown {
  if (Array.isArray(message)) {
    const hasPart = message.some((each) => Array.isArray(each) || isLong(each))
    return hasPart ? message.map((each) => withoutLongTexts(each, texts)) : message
  }
  if (!isLong(message)) return message
  const bytes = Buffer.byteLength(message)
  texts.push({ text: message, bytes })
  return { long: bytes }
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
  #pieces: Buffer[] = []
  #bytes = 0
  #isPaused = false
  /** Whether the next frame has long texts. */
  #hasTexts = false

  /** @param maxBytes the maximum length of a body */
  constructor(maxBytes: number, onMessage: (message: unknown) => void) {
    this.#maxBytes = maxBytes
    this.#onMessage = onMessage
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  /** @throws {FrameError} when a body is too long or is not JSON */
  push(piece: Buffer): void {
    this.#pieces.push(piece)
    this.#bytes += piece.length
    if (!this.#isPaused) this.resume()
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
    return this.#hasTexts ? parseWithTexts(body) : parse(body)
  }

  /** The length of the next frame, header included; Infinity while its header is incomplete. */
  #frameBytes(): number {
    if (this.#bytes < HEADER_BYTES) return Infinity
    const [first] = this.#pieces
    if (first === undefined || first.length < HEADER_BYTES) this.#pieces = [Buffer.concat(this.#pieces)]
    const header = this.#pieces[0]?.readUInt32LE() ?? 0
    this.#hasTexts = header >= HAS_TEXTS
    const bodyBytes = header % HAS_TEXTS
    if (bodyBytes > this.#maxBytes)
      throw new FrameError(`message of ${bodyBytes} bytes exceeds the limit of ${this.#maxBytes} bytes`)
    return HEADER_BYTES + bodyBytes
  }

  #take(length: number): Buffer {
    const all = this.#pieces.length === 1 && this.#pieces[0] ? this.#pieces[0] : Buffer.concat(this.#pieces)
    this.#pieces = all.length > length ? [all.subarray(length)] : []
    this.#bytes -= length
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

function parseWithTexts(body: Buffer): unknown {
  const end = HEADER_BYTES + (body.length < HEADER_BYTES ? Infinity : body.readUInt32LE())
  if (end > body.length) throw new FrameError('message has no end')
  let at = end
  const restore = (part: unknown, depth: number): unknown => {
    if (depth > MAX_LISTS) throw new FrameError('message has too many nested lists')
    if (Array.isArray(part)) return part.map((each) => restore(each, depth + 1))
    if (typeof part !== 'object' || part === null || !('long' in part)) return part
    const to = at + (Number.isSafeInteger(part.long) && Number(part.long) >= 0 ? Number(part.long) : Infinity)
    if (to > body.length) throw new FrameError('a text of the message has no end')
    const text = body.toString('utf8', at, to)
    at = to
    return text
  }
  const message = restore(parse(body.subarray(HEADER_BYTES, end)), 0)
  if (at < body.length) throw new FrameError('message has more bytes than its texts')
  return message
}
