import { PassThrough } from 'node:stream'
import { AshlarError } from '../../../base/index.ts'
import { CHUNK_BYTES } from '../../../workspaces/index.ts'
import type { HttpLimits } from '../message/index.ts'

/**
 * The body of a request, which a block writes in chunks. A buffered body is sent when it is complete, and can be sent
 * again. A streamed body is sent while it is written; a write waits until the connection has accepted most of the
 * previous data.
 */
export class RequestBody {
  readonly isBuffered: boolean
  readonly #bytes: number | null
  readonly #limits: HttpLimits
  readonly #buffered: Buffer[] = []
  readonly #stream = new PassThrough({ highWaterMark: CHUNK_BYTES })
  readonly #whole = Promise.withResolvers<Buffer>()
  #written = 0
  #isEnded = false
  #isWriting = false

  /** @param bytes the announced length, null if it is unknown @throws {AshlarError} HTTP_LIMIT */
  constructor(bytes: number | null, isBuffered: boolean, limits: HttpLimits) {
    this.#bytes = bytes
    this.#limits = limits
    this.isBuffered = isBuffered
    if (bytes !== null && bytes > limits.maxRequestBytes) throw tooLong(limits)
    this.#stream.on('error', () => {}) // the exchange reports the error
    this.#whole.promise.catch(() => {}) // the exchange reports the error
  }

  get length(): number | null {
    return this.#bytes
  }

  /** Resolves when a buffered body is complete. */
  get whole(): Promise<Buffer> {
    return this.#whole.promise
  }

  get stream(): PassThrough {
    return this.#stream
  }

  /** @throws {AshlarError} HTTP_LIMIT BAD_INPUT */
  async write(chunk: Buffer): Promise<void> {
    if (this.#isEnded) throw new AshlarError('BAD_INPUT', 'http: the body of this request has ended')
    if (this.#isWriting)
      throw new AshlarError('BAD_INPUT', 'http: a chunk must not be written before the write of the previous chunk has returned')
    this.#written += chunk.length
    if (this.#written > (this.#bytes ?? this.#limits.maxRequestBytes)) throw tooLong(this.#limits)
    if (this.isBuffered) return void this.#buffered.push(chunk)
    if (this.#stream.destroyed || this.#stream.write(chunk)) return
    this.#isWriting = true
    await waitForRoom(this.#stream)
    this.#isWriting = false
  }

  /** @throws {AshlarError} BAD_INPUT when the body is shorter than announced */
  end(): void {
    if (this.#isEnded) return
    if (this.#bytes !== null && this.#written < this.#bytes)
      throw new AshlarError('BAD_INPUT', `http: the body has ${this.#written} bytes, but ${this.#bytes} bytes were announced`)
    this.#isEnded = true
    this.#whole.resolve(Buffer.concat(this.#buffered))
    this.#stream.end()
  }

  destroy(error: Error): void {
    this.#whole.reject(error)
    this.#stream.destroy()
  }
}

/** Waits until the stream accepts more data or is destroyed, for example because the exchange has ended. */
function waitForRoom(stream: PassThrough): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      stream.off('drain', go).off('close', go)
      resolve()
    }
    stream.on('drain', go).on('close', go)
  })
}

function tooLong({ maxRequestBytes }: HttpLimits): AshlarError {
  return new AshlarError(
    'HTTP_LIMIT',
    `http: the body of the request is longer than announced, or longer than ${maxRequestBytes} bytes`,
  )
}
