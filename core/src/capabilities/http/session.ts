import { z } from 'zod'
import { AshlarError, showValue } from '../../base/index.ts'
import { type Caller, capabilityMissing, type CapabilitySession, parseChunk, unknownHostCall } from '../capability/index.ts'
import { buildRequestHeaders, type HttpLimits, type RequestCredentials } from './message/index.ts'
import { buildHttpGrants, getRequestEffect, type HttpGrant, type HttpGrants, parseTarget } from './rules/index.ts'
import type { RequestSlot, RequestSlots } from './request-slots.ts'
import {
  Exchange,
  RequestBody,
  type ExchangeParts,
  type FindLocalEndpoints,
  type Hop,
  type Transport,
} from './transport/index.ts'

type HttpCaller = Caller<{ http?: HttpGrant | undefined }>

/**
 * The requests of one run of a block. Host calls carry JSON, so bodies travel as base64 in chunks of at most 64 KiB.
 * The block sends and requests chunks one at a time, so neither side receives more than it asks for.
 *
 * - `http.open(request)` checks the request, starts it and returns its id. `request` is `{ url, method, headers:
 *   [[name, value]], body: null | { bytes: length or null }, redirect: 'follow' | 'error' | 'manual', credential: null
 *   or the provider whose secret is attached, maxResponseBytes and timeoutMs: null or limits below those of the
 *   installation }`.
 * - `http.write(id, base64)` appends to the body. It returns when the connection has accepted the chunk, or no longer
 *   needs it.
 * - `http.end(id)` ends the body.
 * - `http.response(id)` waits for `{ status, statusText, url, redirected, headers }` of the last response.
 * - `http.read(id)` returns the next chunk of its body, or null at the end. The end closes the request.
 * - `http.cancel(id)` cancels the request.
 *
 * All open requests are cancelled when the run ends, is aborted or times out.
 *
 * @throws {AshlarError} CAPABILITY_MISSING BAD_INPUT HTTP_DENIED HTTP_BLOCKED_ADDRESS HTTP_LIMIT HTTP_FAILED
 */
export function createHttpSession(parts: HttpSessionParts, caller: HttpCaller): CapabilitySession {
  const requests = new OpenRequests(parts, caller)
  return {
    getEffect: (method, [request]) => (method === 'http.open' ? getRequestEffect(request, caller.idempotencyKey) : 'none'),
    perform: async (method, args) => {
      const perform = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined
      if (!perform) throw unknownHostCall(caller.block, method)
      return perform(requests, args)
    },
    close: () => requests.close(),
  }
}

interface HttpSessionParts {
  pool: Transport
  limits: HttpLimits
  slots: RequestSlots
  localEndpoints: FindLocalEndpoints
  credentials: RequestCredentials
}

const METHODS: Record<string, (requests: OpenRequests, args: readonly unknown[]) => unknown> = {
  'http.open': (requests, [request]) => requests.open(request),
  'http.write': (requests, [id, base64]) => requests.get(id)?.body?.write(parseChunk(base64, 'http: a chunk of a body')),
  'http.end': (requests, [id]) => requests.get(id)?.body?.end(),
  'http.response': (requests, [id]) => requests.use(id, (exchange) => exchange.response()),
  'http.read': (requests, [id]) => requests.read(id),
  'http.cancel': (requests, [id]) => requests.cancel(id),
}

const requestSchema = z.object({
  url: z.string(),
  method: z.string().regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,32}$/),
  headers: z.array(z.tuple([z.string(), z.string()])).default([]),
  body: z
    .object({ bytes: z.int().min(0).nullable() })
    .nullable()
    .default(null),
  redirect: z.enum(['follow', 'error', 'manual']).default('follow'),
  credential: z.string().nullable().default(null),
  maxResponseBytes: z.int().min(0).nullable().default(null),
  timeoutMs: z.int().min(1).nullable().default(null),
})

class OpenRequests {
  readonly #parts: HttpSessionParts
  readonly #caller: HttpCaller
  readonly #open = new Map<number, { exchange: Exchange; slot: RequestSlot }>()
  readonly #reading = new Set<number>()
  #granted: HttpGrants | undefined
  #lastId = 0
  #isClosed = false

  constructor(parts: HttpSessionParts, caller: HttpCaller) {
    this.#parts = parts
    this.#caller = caller
  }

  async open(request: unknown): Promise<number> {
    const granted = (this.#granted ??= readGrants(this.#caller))
    const parsed = requestSchema.safeParse(request)
    if (!parsed.success) throw new AshlarError('BAD_INPUT', `http: ${z.prettifyError(parsed.error)}`)
    const { credential } = parsed.data
    const used = credential === null ? undefined : await this.#parts.credentials.use(credential)
    return this.#start(parsed.data, { ...this.#parts, granted: used ? granted.withCredential(used) : granted, credential: used })
  }

  #start(request: z.output<typeof requestSchema>, parts: ExchangeParts): number {
    const { limits } = parts
    if (this.#isClosed) throw runEnded()
    if (this.#open.size >= limits.maxOpen)
      throw new AshlarError('HTTP_LIMIT', `http: a block may have ${limits.maxOpen} requests open at a time`)
    const slot = this.#parts.slots.take(this.#caller.execution.ownerId, request.body?.bytes ?? null)
    try {
      this.#open.set(++this.#lastId, { exchange: createExchange(request, parts, slot), slot })
      return this.#lastId
    } catch (error) {
      slot.release()
      throw error
    }
  }

  /** @returns undefined when the request is closed */
  get(id: unknown): Exchange | undefined {
    return typeof id === 'number' ? this.#open.get(id)?.exchange : undefined
  }

  /** Closes the request if `work` fails. */
  async use<T>(id: unknown, work: (exchange: Exchange) => Promise<T>): Promise<T> {
    const exchange = this.get(id)
    if (!exchange) throw new AshlarError('BAD_INPUT', `http: request ${showValue(id)} is not open`)
    try {
      return await work(exchange)
    } catch (error) {
      this.#drop(Number(id))
      throw error
    }
  }

  async read(id: unknown): Promise<string | null> {
    const number = Number(id)
    if (this.#reading.has(number)) throw new AshlarError('BAD_INPUT', `http: request ${number} is already being read`)
    this.#reading.add(number)
    try {
      const chunk = await this.use(id, (exchange) => exchange.read())
      if (!chunk) this.#drop(number)
      return chunk && chunk.toString('base64')
    } finally {
      this.#reading.delete(number)
    }
  }

  cancel(id: unknown): void {
    this.get(id)?.cancel(new AshlarError('HTTP_FAILED', 'http: the block cancelled the request'))
    this.#drop(Number(id))
  }

  close(): void {
    this.#isClosed = true
    for (const [id, { exchange }] of this.#open) {
      exchange.cancel(runEnded())
      this.#drop(id)
    }
  }

  #drop(id: number): void {
    this.#open.get(id)?.slot.release()
    this.#open.delete(id)
  }
}

/** @throws {AshlarError} CAPABILITY_MISSING */
function readGrants({ block: { qualifiedName, capabilities }, block, getInput }: HttpCaller): HttpGrants {
  if (!capabilities.http) throw capabilityMissing(block, 'http', 'http: ["GET api.example.com"]')
  return buildHttpGrants(qualifiedName, capabilities.http, getInput)
}

/** @throws {AshlarError} BAD_INPUT HTTP_LIMIT HTTP_DENIED */
function createExchange(request: z.output<typeof requestSchema>, parts: ExchangeParts, { isBuffered }: RequestSlot): Exchange {
  const { url, method, headers, redirect, body: announced, maxResponseBytes, timeoutMs } = request
  const body = announced ? new RequestBody(announced.bytes, isBuffered, parts.limits) : undefined
  if (body && (method === 'GET' || method === 'HEAD'))
    throw new AshlarError('BAD_INPUT', `http: a ${method} request must not have a body`)
  const hop: Hop = {
    url: parseTarget(url),
    method,
    headers: buildRequestHeaders(headers, parts.limits),
    body: !body ? 'none' : body.isBuffered ? 'buffered' : 'streamed',
  }
  return new Exchange(parts, hop, body, { redirect, maxResponseBytes, timeoutMs })
}

function runEnded(): AshlarError {
  return new AshlarError('HTTP_FAILED', 'http: the run of the block has ended')
}
