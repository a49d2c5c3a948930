/**
 * Frames on the channel between a worker and a sandbox process, in both directions: the length of the body in bytes (32
 * bits, little-endian), followed by the body, which is one message as JSON in UTF-8.
 */

const HEADER_BYTES = 4

/** The received bytes are not a frame, or the body is too long. All subsequent bytes on the channel are invalid. */
export class FrameError extends Error {}

export function encodeFrame(message: unknown): Buffer {
  const body = JSON.stringify(message)
  const bytes = Buffer.byteLength(body)
  const frame = Buffer.allocUnsafe(HEADER_BYTES + bytes)
  frame.writeUInt32LE(bytes)
  frame.write(body, HEADER_BYTES)
  return frame
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
      this.#onMessage(parse(this.#take(length)))
  }

  /** The length of the next frame, header included; Infinity while its header is incomplete. */
  #frameBytes(): number {
    if (this.#bytes < HEADER_BYTES) return Infinity
    const [first] = this.#pieces
    if (first === undefined || first.length < HEADER_BYTES) this.#pieces = [Buffer.concat(this.#pieces)]
    const bodyBytes = this.#pieces[0]?.readUInt32LE() ?? 0
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
