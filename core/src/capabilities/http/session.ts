import { z } from 'zod'
import { AshlarError, showValue } from '../../errors/index.ts'
import { unknownHostCall, type Acting, type PowerSession } from '../capability.ts'
import { parseChunk } from '../chunk.ts'
import { Exchange, type ExchangeParts } from './transport/exchange.ts'
import { createGranted, type Granted } from './grant.ts'
import { requestHeaders } from './headers.ts'
import type { HttpLimits } from './limits.ts'
import type { Hop } from './transport/redirect.ts'
import { RequestBody } from './transport/request-body.ts'
import type { RequestPlace, RequestPlaces } from './request-slots.ts'
import { parseTarget } from './rules/target.ts'
import type { Transport } from './transport/transport.ts'

/**
 * The requests of one run of a block. What a block asks of its host is JSON, so bodies travel in pieces of at most 64 KiB as
 * base64, and each piece is asked for or taken before the next: nobody can be sent more than they want.
 *
 * - `http.open(request)` checks the request, begins it and gives its number. `request` is `{ url, method, headers: [[name,
 *   value]], body: null | { bytes: length or null }, redirect: 'follow' | 'error' | 'manual', credential: null or
 *   the provider whose secret is put into it, maxResponseBytes and timeoutMs: null or limits below those of the installation }`.
 * - `http.write(number, base64)` appends to the body; answered when it has been taken, also when nobody wants it any more.
 * - `http.end(number)` ends the body.
 * - `http.response(number)` waits for `{ status, statusText, url, redirected, headers }` of the last response.
 * - `http.read(number)` gives the next piece of its body, or null at its end; the number is free then.
 * - `http.cancel(number)` ends it early.
 *
 * All that is open is cancelled when the run ends, is aborted or times out.
 *
 * @throws {AshlarError} CAPABILITY_MISSING BAD_INPUT HTTP_DENIED HTTP_BLOCKED_ADDRESS HTTP_LIMIT HTTP_FAILED
 */
export function createHttpSession(parts: HttpSessionParts, acting: Acting): PowerSession {
  const requests = new OpenRequests(parts, acting)
  return {
    perform: async (method, args) => {
      const perform = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined
      if (!perform) throw unknownHostCall(acting, method)
      return perform(requests, args)
    },
    close: () => requests.close(),
  }
}

export interface HttpSessionParts {
  pool: Transport
  limits: HttpLimits
  places: RequestPlaces
}

const METHODS: Record<string, (requests: OpenRequests, args: readonly unknown[]) => unknown> = {
  'http.open': (requests, [request]) => requests.open(request),
  'http.write': (requests, [id, base64]) => requests.get(id)?.body?.write(parseChunk(base64, 'http: a piece of a body')),
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
  readonly #acting: Acting
  readonly #open = new Map<number, { exchange: Exchange; place: RequestPlace }>()
  readonly #reading = new Set<number>()
  #granted: Granted | undefined
  #lastId = 0
  #isClosed = false

  constructor(parts: HttpSessionParts, acting: Acting) {
    this.#parts = parts
    this.#acting = acting
  }

  async open(request: unknown): Promise<number> {
    const granted = (this.#granted ??= createGranted(this.#acting))
    const parsed = requestSchema.safeParse(request)
    if (!parsed.success) throw new AshlarError('BAD_INPUT', `http: ${z.prettifyError(parsed.error)}`)
    const { credential } = parsed.data
    const used = credential === null ? undefined : await this.#acting.credentials.use(credential)
    return this.#begin(parsed.data, { ...this.#parts, granted, credential: used })
  }

  #begin(request: z.output<typeof requestSchema>, parts: ExchangeParts): number {
    const { limits } = parts
    if (this.#isClosed) throw ended()
    if (this.#open.size >= limits.maxOpen)
      throw new AshlarError('HTTP_LIMIT', `http: a block may have ${limits.maxOpen} requests open at a time`)
    const place = this.#parts.places.take(this.#acting.actor.ownerId, request.body?.bytes ?? null)
    try {
      this.#open.set(++this.#lastId, { exchange: createExchange(request, parts, place), place })
      return this.#lastId
    } catch (error) {
      place.release()
      throw error
    }
  }

  /** @returns undefined when it is over */
  get(id: unknown): Exchange | undefined {
    return typeof id === 'number' ? this.#open.get(id)?.exchange : undefined
  }

  /** It is over when this fails. */
  async use<T>(id: unknown, work: (exchange: Exchange) => Promise<T>): Promise<T> {
    const exchange = this.get(id)
    if (!exchange) throw new AshlarError('BAD_INPUT', `http: no request ${showValue(id)} is open`)
    try {
      return await work(exchange)
    } catch (error) {
      this.#drop(Number(id))
      throw error
    }
  }

  async read(id: unknown): Promise<string | null> {
    const number = Number(id)
    if (this.#reading.has(number)) throw new AshlarError('BAD_INPUT', `http: request ${number} is being read already`)
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
    this.get(id)?.cancel(new AshlarError('HTTP_FAILED', 'http: the block has cancelled the request'))
    this.#drop(Number(id))
  }

  close(): void {
    this.#isClosed = true
    for (const [id, { exchange }] of this.#open) {
      exchange.cancel(ended())
      this.#drop(id)
    }
  }

  #drop(id: number): void {
    this.#open.get(id)?.place.release()
    this.#open.delete(id)
  }
}

/** @throws {AshlarError} BAD_INPUT HTTP_LIMIT HTTP_DENIED */
function createExchange(request: z.output<typeof requestSchema>, parts: ExchangeParts, { isKept }: RequestPlace): Exchange {
  const { url, method, headers, redirect, body: given, maxResponseBytes, timeoutMs } = request
  const body = given ? new RequestBody(given.bytes, isKept, parts.limits) : undefined
  if (body && (method === 'GET' || method === 'HEAD')) throw new AshlarError('BAD_INPUT', `http: ${method} has no body`)
  const hop: Hop = {
    url: parseTarget(url),
    method,
    headers: requestHeaders(headers, parts.limits),
    body: !body ? 'none' : body.isKept ? 'kept' : 'streamed',
  }
  return new Exchange(parts, hop, body, { redirect, maxResponseBytes, timeoutMs })
}

function ended(): AshlarError {
  return new AshlarError('HTTP_FAILED', 'http: the run of the block has ended')
}
