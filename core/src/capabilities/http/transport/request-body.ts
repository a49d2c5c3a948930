import { PassThrough } from 'node:stream'
import { AshlarError } from '../../../errors/index.ts'
import { CHUNK_BYTES } from '../../chunk.ts'
import type { HttpLimits } from '../limits.ts'

/**
 * The body of a request, as a block writes it piece by piece. One that is kept is sent when it is there whole, and can be sent
 * again; any other goes out while it is written, and a write waits until the connection has taken most of what came before.
 */
export class RequestBody {
  readonly isKept: boolean
  readonly #bytes: number | null
  readonly #limits: HttpLimits
  readonly #kept: Buffer[] = []
  readonly #stream = new PassThrough({ highWaterMark: CHUNK_BYTES })
  readonly #whole = Promise.withResolvers<Buffer>()
  #written = 0
  #isEnded = false
  #isWriting = false

  /** @param bytes its length where that is known @throws {AshlarError} HTTP_LIMIT */
  constructor(bytes: number | null, isKept: boolean, limits: HttpLimits) {
    this.#bytes = bytes
    this.#limits = limits
    this.isKept = isKept
    if (bytes !== null && bytes > limits.maxRequestBytes) throw tooLong(limits)
    this.#stream.on('error', () => {}) // told by the exchange
    this.#whole.promise.catch(() => {}) // told by the exchange
  }

  get length(): number | null {
    return this.#bytes
  }

  /** Of one that is kept: resolves when it is there. */
  get whole(): Promise<Buffer> {
    return this.#whole.promise
  }

  get stream(): PassThrough {
    return this.#stream
  }

  /** @throws {AshlarError} HTTP_LIMIT BAD_INPUT */
  async write(chunk: Buffer): Promise<void> {
    if (this.#isEnded) throw new AshlarError('BAD_INPUT', 'http: the body of this request has ended')
    if (this.#isWriting) throw new AshlarError('BAD_INPUT', 'http: a piece is written after the one before it was taken')
    this.#written += chunk.length
    if (this.#written > (this.#bytes ?? this.#limits.maxRequestBytes)) throw tooLong(this.#limits)
    if (this.isKept) return void this.#kept.push(chunk)
    if (this.#stream.destroyed || this.#stream.write(chunk)) return
    this.#isWriting = true
    await room(this.#stream)
    this.#isWriting = false
  }

  /** @throws {AshlarError} BAD_INPUT when less was written than was said */
  end(): void {
    if (this.#isEnded) return
    if (this.#bytes !== null && this.#written < this.#bytes)
      throw new AshlarError('BAD_INPUT', `http: the body has ${this.#written} bytes, and ${this.#bytes} were announced`)
    this.#isEnded = true
    this.#whole.resolve(Buffer.concat(this.#kept))
    this.#stream.end()
  }

  destroy(error: Error): void {
    this.#whole.reject(error)
    this.#stream.destroy()
  }
}

/** Until it takes more, or is destroyed, as when the exchange is over: then nobody wants the rest. */
function room(stream: PassThrough): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      stream.off('drain', go).off('close', go)
      resolve()
    }
    stream.on('drain', go).on('close', go)
  })
}

function tooLong({ maxRequestBytes }: HttpLimits): AshlarError {
  return new AshlarError('HTTP_LIMIT', `http: the body of the request is longer than announced or than ${maxRequestBytes} bytes`)
}
