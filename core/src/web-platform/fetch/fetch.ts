import { callHost, HostError } from '../../sandbox/guest/io/host-calls.ts'
import type { AbortSignal } from '../events/abort.ts'
import { getBody, type Body } from './body.ts'
import { Request, type RequestInit } from './request.ts'
import { createResponse, NULL_BODY, type Response } from './response.ts'
import { toDictionary } from '../base/webidl.ts'
import { ReadableStream, type ReadableStreamDefaultController, type ReadableStreamDefaultReader } from '../data/streams.ts'

/** The maximum number of bytes in one host call, see `capabilities/http/session.ts`. */
const CHUNK_BYTES = 64 * 1024

interface Head {
  status: number
  statusText: string
  url: string
  redirected: boolean
  headers: [string, string][]
}

/**
 * Fetch section 5.6. The host makes the request and checks it against the block's manifest (protocol:
 * `capabilities/http/session.ts`). This module contains only the API of the standard.
 */
export async function fetch(callId: number, credential: string | null, input: unknown, init: unknown): Promise<Response> {
  const request = new Request(input, init as Partial<RequestInit>)
  const { signal } = request
  signal.throwIfAborted()
  const exchange = new GuestExchange(callId, signal, credential)
  try {
    return await exchange.begin(request, toLimits(init))
  } catch (error) {
    throw exchange.failure(error)
  }
}

/** The options of `fetch` in addition to those of the standard, see `FetchInit` of the SDK. */
interface Limits {
  maxResponseBytes: number | null
  timeoutMs: number | null
}

function toLimits(init: unknown): Limits {
  const { maxResponseBytes = null, timeoutMs = null } = toDictionary<Limits>(init)
  for (const [name, value] of Object.entries({ maxResponseBytes, timeoutMs }))
    if (value !== null && !(Number.isSafeInteger(value) && value >= 0))
      throw new TypeError(`${name} must be a whole number of at least 0, got ${String(value)}`)
  return { maxResponseBytes, timeoutMs: timeoutMs && Math.max(1, timeoutMs) }
}

/** A request that the host makes. */
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
    const body = getBody(request)
    const id = await this.#open(request, body, limits)
    this.#id = id
    this.#signal.throwIfAborted()
    const sent = body ? this.#send(id, body) : Promise.resolve()
    const answered = this.#ask('http.response', id)
    // The response may arrive before the body has been sent. An error of the block's own body stream ends the request.
    const head = (await Promise.race([answered, sent.then(() => answered)])) as Head
    this.#signal.throwIfAborted()
    return this.#toResponse(request, head, id)
  }

  /** The error with which `fetch` rejects: the reason of an abort, or a TypeError with the message of the host. */
  failure(error: unknown): unknown {
    this.#cancel()
    if (this.#signal.aborted) return this.#signal.reason
    return error instanceof HostError ? new TypeError(error.message, { cause: error }) : error
  }

  /** Opens the request, with the length of the body if it is known. */
  async #open(request: Request, body: Body | null, limits: Limits): Promise<number> {
    const { url, method, redirect } = request
    const bytes = body?.source?.length ?? null
    const headers = [...request.headers]
    const options = { url, method, headers, redirect, body: body && { bytes }, credential: this.#credential, ...limits }
    const id = await callHost(this.#callId, 'http.open', [options])
    if (typeof id !== 'number') throw new TypeError('the host provides no network')
    if (this.#isOver) void callHost(this.#callId, 'http.cancel', [id]).catch(() => {})
    return id
  }

  async #send(id: number, { source, stream }: Body): Promise<void> {
    if (source) await this.#write(id, source)
    else {
      const reader = stream.getReader()
      this.#source = reader
      for (let next = await reader.read(); !next.done && !this.#isOver; next = await reader.read()) {
        if (!(next.value instanceof Uint8Array)) throw new TypeError('the stream of a body must yield Uint8Arrays')
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

  /** Rejects with the same errors as `fetch` if the body is incomplete. */
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

  /** Cancels the request because the block does not need it any more or it has failed. */
  #cancel(): void {
    if (this.#isOver) return
    this.#end()
    const { aborted, reason } = this.#signal
    if (aborted) this.#body?.error(reason)
    this.#source?.cancel(reason).catch(() => {})
    if (this.#id !== undefined) this.#ask('http.cancel', this.#id).catch(() => {})
  }
}
