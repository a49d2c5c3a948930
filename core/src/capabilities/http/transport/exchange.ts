import type { Readable } from 'node:stream'
import { AshlarError } from '../../../errors/index.ts'
import { CHUNK_BYTES } from '../../chunk.ts'
import type { UsableCredential } from '../../credentials/index.ts'
import { decodeBody } from './decode.ts'
import { toHttpFailure } from './failure.ts'
import type { Granted } from '../grant.ts'
import { responseHeaders } from '../headers.ts'
import { assertMayLeave } from './leaving.ts'
import type { HttpLimits } from '../limits.ts'
import { assertMaskableRequest, assertMaskableResponse } from './maskable.ts'
import { assertOverridesAllowed } from '../rules/overrides.ts'
import { redirected, type Hop } from './redirect.ts'
import type { RequestBody } from './request-body.ts'
import type { Transport, TransportResponse } from './transport.ts'

/** What a block gets to know of a response before its body. */
export interface ResponseHead {
  status: number
  statusText: string
  /** Of the last request. */
  url: string
  redirected: boolean
  headers: [name: string, value: string][]
}

export interface ExchangeParts {
  pool: Transport
  limits: HttpLimits
  granted: Granted
  /** Whose secret goes into every request that may carry it, and out of every response. */
  credential: UsableCredential | undefined
}

/** What a block asks of one exchange. */
export interface ExchangeOptions {
  /** What to do when the response is a redirect: as in the Fetch standard, but `manual` gives the response as it is. */
  redirect: 'follow' | 'error' | 'manual'
  /** Of the body after it is decoded; null for the limit of the installation. */
  maxResponseBytes: number | null
  /** From the first byte to the last; null for the limit of the installation. */
  timeoutMs: number | null
}

/**
 * One request and its response, redirects included. It begins at once. Every request of it is checked against the grant before it
 * goes out; its connection is checked by the pool. It ends when the body was read, when it fails, when it is cancelled, or when
 * its time is over.
 */
export class Exchange {
  readonly #parts: ExchangeParts
  readonly #body: RequestBody | undefined
  readonly #options: ExchangeOptions
  readonly #maxBytes: number
  readonly #abort = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly #head: Promise<ResponseHead>
  #host: string
  #stream: Readable | undefined
  #chunks: AsyncIterator<Buffer> | undefined
  #rest: Buffer = Buffer.alloc(0)
  #received = 0
  #isRepeated = false

  /** @throws {AshlarError} HTTP_DENIED */
  constructor(parts: ExchangeParts, first: Hop, body: RequestBody | undefined, options: ExchangeOptions) {
    this.#parts = parts
    this.#body = body
    this.#options = options
    this.#maxBytes = Math.min(parts.limits.maxResponseBytes, options.maxResponseBytes ?? Infinity)
    this.#host = first.url.host
    this.#assertAllowed(first)
    parts.credential?.assertFor(first.url)
    if (parts.credential) assertMaskableRequest(first.headers)
    this.#timer = this.#startTimer()
    this.#head = this.#run(first)
    this.#head.catch(() => {}) // told to whoever asks for the response
  }

  get body(): RequestBody | undefined {
    return this.#body
  }

  /** @throws {AshlarError} HTTP_DENIED HTTP_BLOCKED_ADDRESS HTTP_LIMIT HTTP_FAILED */
  response(): Promise<ResponseHead> {
    return this.#head
  }

  /** @returns the next piece of the body, null at its end @throws {AshlarError} HTTP_LIMIT HTTP_FAILED */
  async read(): Promise<Buffer | null> {
    await this.#head
    try {
      while (this.#rest.length === 0) {
        const next = await this.#chunks?.next()
        if (!next || next.done) return this.#end()
        this.#rest = next.value
        this.#count(next.value.length)
      }
    } catch (error) {
      throw this.#failed(error)
    }
    const chunk = this.#rest.subarray(0, CHUNK_BYTES)
    this.#rest = this.#rest.subarray(CHUNK_BYTES)
    return chunk
  }

  /** Ends it; whoever still waits for something hears why. */
  cancel(why: AshlarError): void {
    clearTimeout(this.#timer)
    this.#abort.abort(why)
    this.#body?.destroy(why)
    this.#stream?.destroy(why)
  }

  /** A time that the block itself has set may suffice at the next attempt, so its failure may be repeated. */
  #startTimer(): NodeJS.Timeout {
    const { timeoutMs } = this.#parts.limits
    const own = this.#options.timeoutMs ?? Infinity
    const tooLate =
      own < timeoutMs
        ? new AshlarError('HTTP_FAILED', `http: ${this.#host}: the server did not respond within ${own} ms`)
        : new AshlarError('HTTP_LIMIT', `http: ${this.#host}: the request took longer than ${timeoutMs} ms`)
    return setTimeout(() => this.cancel(tooLate), Math.min(own, timeoutMs))
  }

  async #run(first: Hop): Promise<ResponseHead> {
    try {
      for (let hop = first, redirects = 0; ; redirects++) {
        const response = await this.#sendAccepted(hop)
        const next = this.#options.redirect === 'manual' ? undefined : redirected(hop, response.statusCode, locationOf(response))
        if (!next) return this.#take(response, hop, redirects > 0)
        this.#dump(response)
        hop = await this.#followed(next, hop, first, redirects)
      }
    } catch (error) {
      throw this.#failed(error)
    }
  }

  /** What is refused although its credential was thought good goes out once more with a renewed one, if it can be sent again. */
  async #sendAccepted(hop: Hop): Promise<TransportResponse> {
    const { credential } = this.#parts
    const spent = credential?.secret
    const response = await this.#send(hop)
    if (response.statusCode !== 401 || !spent || !credential?.isFor(hop.url)) return response
    if (hop.body === 'streamed' || this.#isRepeated) return response
    this.#isRepeated = true
    response.body.on('error', () => {}) // nobody reads it yet
    if (!(await credential.renew(spent))) return response
    this.#dump(response)
    return this.#send(hop)
  }

  async #send({ url, method, headers, body, publicOnly = false }: Hop): Promise<TransportResponse> {
    this.#host = url.host
    const sent = body === 'none' ? null : body === 'kept' ? await this.#body?.whole : this.#body?.stream
    const length = body === 'streamed' && this.#body?.length != null ? { 'content-length': String(this.#body.length) } : {}
    const sentTo = (await this.#parts.credential?.attach({ url, headers })) ?? { url, headers }
    return this.#parts.pool.request({
      origin: url.origin,
      path: `${sentTo.url.pathname}${sentTo.url.search}`,
      method,
      headers: [...sentTo.headers, ...Object.entries(length)].flat(),
      body: sent ?? null,
      signal: this.#abort.signal,
      publicOnly,
    })
  }

  /** The request that a redirect leads to, if it may be sent. */
  async #followed(next: Hop, hop: Hop, first: Hop, redirects: number): Promise<Hop> {
    const { limits, granted, pool, credential } = this.#parts
    const { maxRedirects } = limits
    if (this.#options.redirect === 'error')
      throw new AshlarError(
        'HTTP_FAILED',
        `http: ${this.#host} responded with a redirect, but the block does not allow redirects`,
      )
    if (redirects >= maxRedirects)
      throw new AshlarError('HTTP_LIMIT', `http: ${this.#host} redirects for more than the ${maxRedirects}th time`)
    if (granted.isAllowed(next.method, next.url) || !granted.mayLeaveHost(first.method, first.url)) {
      this.#assertAllowed(next)
      return next
    }
    this.#assertLength(next)
    assertMayLeave(hop, next.url, credential !== undefined)
    const publicOnly = hop.publicOnly === true || (await pool.isPublic(hop.url.hostname))
    return { ...next, publicOnly }
  }

  #assertLength({ url }: Hop): void {
    const { maxUrlLength } = this.#parts.limits
    if (url.href.length > maxUrlLength)
      throw new AshlarError('HTTP_LIMIT', `http: a URL must have at most ${maxUrlLength} characters`)
  }

  #assertAllowed(hop: Hop): void {
    const { method, url, headers } = hop
    this.#assertLength(hop)
    this.#parts.granted.assertAllowed(method, url)
    assertOverridesAllowed(this.#parts.granted, method, url, headers)
  }

  #take({ statusCode, statusText, headers, body }: TransportResponse, hop: Hop, isRedirected: boolean): ResponseHead {
    body.on('error', () => {}) // told to whoever reads
    this.#stream = body
    const scrubber = this.#parts.credential?.scrubber
    const clean = (text: string): string => scrubber?.text(text) ?? text
    const pairs = responseHeaders(headers, this.#parts.limits).map(([name, value]): [string, string] => [name, clean(value)])
    const hasBody = hop.method !== 'HEAD' && ![204, 205, 304].includes(statusCode)
    if (!hasBody) body.resume() // its connection is free at once
    if (hasBody && scrubber) assertMaskableResponse(this.#host, statusCode, headers)
    const encoding = [headers['content-encoding'] ?? ''].flat().join(',')
    const announced = Number(headers['content-length'] ?? 0)
    const maxAnnounced = encoding === '' ? this.#maxBytes : this.#parts.limits.maxResponseBytes
    if (hasBody && announced > maxAnnounced) throw this.#tooLong()
    this.#stream = hasBody ? decodeBody(body, encoding, this.#parts.limits.maxResponseBytes) : body
    this.#stream.on('error', () => {}) // told to whoever reads
    const chunks = scrubber ? scrubber.stream(this.#stream) : (this.#stream as AsyncIterable<Buffer>)
    this.#chunks = chunks[Symbol.asyncIterator]()
    return {
      status: statusCode,
      statusText: clean(statusText),
      url: clean(hop.url.href),
      redirected: isRedirected,
      headers: pairs,
    }
  }

  /** Nobody reads the body of a redirect: a short one is taken, so that its connection can be used again. */
  #dump({ body }: TransportResponse): void {
    body.dump({ limit: CHUNK_BYTES, signal: this.#abort.signal }).catch(() => {})
  }

  #count(bytes: number): void {
    this.#received += bytes
    if (this.#received > this.#maxBytes) throw this.#tooLong()
  }

  #tooLong(): AshlarError {
    const isOwn = this.#maxBytes < this.#parts.limits.maxResponseBytes
    const limit = `${this.#maxBytes} bytes, the limit ${isOwn ? 'that the block sets' : 'of this installation'}`
    return new AshlarError('HTTP_LIMIT', `http: ${this.#host}: the response is longer than ${limit}`)
  }

  #failed(error: unknown): AshlarError {
    const { aborted, reason } = this.#abort.signal
    const failure = aborted && reason instanceof AshlarError ? reason : toHttpFailure(error, this.#host)
    this.cancel(failure)
    return failure
  }

  /** The response is there as a whole: what is left of the request's body interests nobody. */
  #end(): null {
    clearTimeout(this.#timer)
    this.#body?.destroy(new AshlarError('HTTP_FAILED', `http: ${this.#host}: the exchange is over`))
    return null
  }
}

function locationOf({ headers }: TransportResponse): string | undefined {
  const { location } = headers
  return Array.isArray(location) ? location[0] : location
}
