import { callHost, HostError } from '../../sandbox/guest/io/host-calls.ts'
import type { AbortSignal } from '../events/abort.ts'
import { bodyOf, type Body } from './body.ts'
import { Request, type RequestInit } from './request.ts'
import { createResponse, NULL_BODY, type Response } from './response.ts'
import { toDictionary } from '../base/webidl.ts'
import { ReadableStream, type ReadableStreamDefaultController, type ReadableStreamDefaultReader } from '../data/streams.ts'

/** Bytes that one call to the host carries, see `capabilities/http/session.ts`. */
const CHUNK_BYTES = 64 * 1024

interface Head {
  status: number
  statusText: string
  url: string
  redirected: boolean
  headers: [string, string][]
}

/**
 * Fetch section 5.6. The host makes the request, in the protocol of `capabilities/http/session.ts`, and checks it against the
 * block's manifest; here is only what the standard asks of the API.
 */
export async function fetch(callId: number, credential: string | null, input: unknown, init: unknown): Promise<Response> {
  const request = new Request(input, init as Partial<RequestInit>)
  const { signal } = request
  signal.throwIfAborted()
  const exchange = new GuestExchange(callId, signal, credential)
  try {
    return await exchange.begin(request, limitsIn(init))
  } catch (error) {
    throw exchange.failure(error)
  }
}

/** What `fetch` takes beside the members of the standard: see `FetchInit` of the SDK. */
interface Limits {
  maxResponseBytes: number | null
  timeoutMs: number | null
}

function limitsIn(init: unknown): Limits {
  const { maxResponseBytes = null, timeoutMs = null } = toDictionary<Limits>(init)
  for (const [name, value] of Object.entries({ maxResponseBytes, timeoutMs }))
    if (value !== null && !(Number.isSafeInteger(value) && value >= 0))
      throw new TypeError(`${name} must be a whole number of at least 0, got ${String(value)}`)
  return { maxResponseBytes, timeoutMs: timeoutMs && Math.max(1, timeoutMs) }
}

/** One request at the host. */
class GuestExchange {
  readonly #callId: number
  readonly #signal: AbortSignal
  readonly #credential: string | null
  readonly #onAbort = (): void => this.#cancel()
  #id: number | undefined
  #source: ReadableStreamDefaultReader<Uint8Array> | undefined
  #body: ReadableStreamDefaultController<Uint8Array> | undefined
  #isOver = false

  constructor(callId: number, signal: AbortSignal, credential: string | null) {
    this.#callId = callId
    this.#signal = signal
    this.#credential = credential
  }

  async begin(request: Request, limits: Limits): Promise<Response> {
    this.#signal.addEventListener('abort', this.#onAbort, { once: true })
    const body = bodyOf(request)
    const id = await this.#open(request, body, limits)
    this.#id = id
    this.#signal.throwIfAborted()
    const sent = body ? this.#send(id, body) : Promise.resolve()
    const answered = this.#ask('http.response', id)
    // An answer may come before everything is sent; a body that the block itself breaks off ends the request.
    const head = (await Promise.race([answered, sent.then(() => answered)])) as Head
    this.#signal.throwIfAborted()
    return this.#toResponse(request, head, id)
  }

  /** What `fetch` rejects with: the reason of an abort, or a TypeError that says what the host says. */
  failure(error: unknown): unknown {
    this.#cancel()
    if (this.#signal.aborted) return this.#signal.reason
    return error instanceof HostError ? new TypeError(error.message, { cause: error }) : error
  }

  /** A body whose source is known goes with its length; one that the block streams is sent as it comes. */
  async #open(request: Request, body: Body | null, limits: Limits): Promise<number> {
    const { url, method, redirect } = request
    const bytes = body?.source?.length ?? null
    const headers = [...request.headers]
    const asked = { url, method, headers, redirect, body: body && { bytes }, credential: this.#credential, ...limits }
    const id = await callHost(this.#callId, 'http.open', [asked])
    if (typeof id !== 'number') throw new TypeError('there is no network here')
    if (this.#isOver) void callHost(this.#callId, 'http.cancel', [id]).catch(() => {})
    return id
  }

  async #send(id: number, { source, stream }: Body): Promise<void> {
    if (source) await this.#write(id, source)
    else {
      const reader = stream.getReader()
      this.#source = reader
      for (let next = await reader.read(); !next.done && !this.#isOver; next = await reader.read()) {
        if (!(next.value instanceof Uint8Array)) throw new TypeError('the stream of a body must give Uint8Arrays')
        await this.#write(id, next.value)
      }
    }
    if (!this.#isOver) await this.#ask('http.end', id)
  }

  async #write(id: number, bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length && !this.#isOver; from += CHUNK_BYTES)
      await this.#ask('http.write', id, bytes.subarray(from, from + CHUNK_BYTES).toBase64())
  }

  #toResponse({ method }: Request, { headers, ...head }: Head, id: number): Response {
    const hasBody = method !== 'HEAD' && !NULL_BODY.includes(head.status)
    if (!hasBody) this.#cancel()
    const body = hasBody ? { stream: this.#stream(id), source: null } : null
    return createResponse({ ...head, type: 'basic', guard: 'immutable' }, headers, body)
  }

  #stream(id: number): ReadableStream<Uint8Array> {
    const source: UnderlyingDefaultSource<Uint8Array> = {
      start: (controller) => void (this.#body = controller),
      pull: async (controller) => {
        const chunk = await this.#read(id)
        if (this.#isOver) return
        if (chunk !== null) return controller.enqueue(chunk)
        this.#end()
        controller.close()
      },
      cancel: () => this.#cancel(),
    }
    return new ReadableStream(source, { highWaterMark: 0 })
  }

  /** A body that breaks off rejects whoever reads it, as `fetch` does. */
  async #read(id: number): Promise<Uint8Array | null> {
    try {
      const chunk = await this.#ask('http.read', id)
      return typeof chunk === 'string' ? Uint8Array.fromBase64(chunk) : null
    } catch (error) {
      throw this.failure(error)
    }
  }

  #ask(method: string, id: number, ...rest: unknown[]): Promise<unknown> {
    return callHost(this.#callId, method, [id, ...rest])
  }

  #end(): void {
    this.#isOver = true
    this.#signal.removeEventListener('abort', this.#onAbort)
  }

  /** The block wants no more of it, or it has failed. */
  #cancel(): void {
    if (this.#isOver) return
    this.#end()
    const { aborted, reason } = this.#signal
    if (aborted) this.#body?.error(reason)
    this.#source?.cancel(reason).catch(() => {})
    if (this.#id !== undefined) this.#ask('http.cancel', this.#id).catch(() => {})
  }
}
