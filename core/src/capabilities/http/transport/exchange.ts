import type { Readable } from 'node:stream'
import { AshlarError } from '../../../base/index.ts'
import { CHUNK_BYTES } from '../../../workspaces/index.ts'
import { type HttpLimits, readResponseHeaders, type RequestCredential } from '../message/index.ts'
import { assertOverridesAllowed, type HttpGrants } from '../rules/index.ts'
import { decodeBody } from './decode.ts'
import { toHttpFailure } from './failure.ts'
import { assertMayFollow } from './cross-host-redirect.ts'
import { assertMaskableRequest, assertMaskableResponse } from './maskable.ts'
import { includesUrl, type FindLocalEndpoints } from './local-endpoints.ts'
import { followRedirect, type Hop } from './redirect.ts'
import type { RequestBody } from './request-body.ts'
import type { Transport, TransportResponse } from './transport.ts'

/** The part of a response before its body. */
interface ResponseHead {
  status: number
  statusText: string
  /** The URL of the last request. */
  url: string
  redirected: boolean
  headers: [name: string, value: string][]
}

export interface ExchangeParts {
  pool: Transport
  limits: HttpLimits
  granted: HttpGrants
  /** Its secret is attached to every request that may carry it, and masked in every response. */
  credential: RequestCredential | undefined
  localEndpoints: FindLocalEndpoints
}

/** The options of a block for one exchange. */
interface ExchangeOptions {
  /** Handles redirects as the Fetch standard does, except that `manual` returns the redirect response itself. */
  redirect: 'follow' | 'error' | 'manual'
  /** Limit of the decoded body; null for the limit of the installation. */
  maxResponseBytes: number | null
  /** From the first byte to the last; null for the limit of the installation. */
  timeoutMs: number | null
}

/**
 * One request and its response, including redirects. The constructor starts it. Each request is checked against the
 * grant before it is sent, and the pool checks its connection. The exchange ends when the body has been read, on
 * failure, on cancellation or on timeout.
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
    this.#head.catch(() => {}) // `response` reports the error
  }

  get body(): RequestBody | undefined {
    return this.#body
  }

  /** @throws {AshlarError} HTTP_DENIED HTTP_BLOCKED_ADDRESS HTTP_LIMIT HTTP_FAILED */
  response(): Promise<ResponseHead> {
    return this.#head
  }

  /** @returns the next chunk of the body, null at its end @throws {AshlarError} HTTP_LIMIT HTTP_FAILED */
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

  /** Ends the exchange. Pending calls are rejected with this error. */
  cancel(reason: AshlarError): void {
    clearTimeout(this.#timer)
    this.#abort.abort(reason)
    this.#body?.destroy(reason)
    this.#stream?.destroy(reason)
  }

  /** A timeout of the block may suffice at the next attempt, so it ends with HTTP_FAILED, which may be retried. */
  #startTimer(): NodeJS.Timeout {
    const { timeoutMs } = this.#parts.limits
    const ownMs = this.#options.timeoutMs ?? Infinity
    const timedOut =
      ownMs < timeoutMs
        ? new AshlarError('HTTP_FAILED', `http: ${this.#host}: the server did not respond within ${ownMs} ms`)
        : new AshlarError('HTTP_LIMIT', `http: ${this.#host}: the request took longer than ${timeoutMs} ms`)
    return setTimeout(() => this.cancel(timedOut), Math.min(ownMs, timeoutMs))
  }

  async #run(first: Hop): Promise<ResponseHead> {
    try {
      for (let hop = first, redirects = 0; ; redirects++) {
        const response = await this.#sendWithRenewal(hop)
        const next =
          this.#options.redirect === 'manual' ? undefined : followRedirect(hop, response.statusCode, readLocation(response))
        if (!next) return this.#receive(response, hop, redirects > 0)
        this.#dump(response)
        hop = await this.#checkRedirect(next, hop, first, redirects)
      }
    } catch (error) {
      throw this.#failed(error)
    }
  }

  /**
   * Sends a request. If the server rejects its credential (401), renews the credential and sends the request once more,
   * if possible.
   */
  async #sendWithRenewal(hop: Hop): Promise<TransportResponse> {
    const { credential } = this.#parts
    const spent = credential?.secret
    const response = await this.#send(hop)
    if (response.statusCode !== 401 || !spent || !credential?.isFor(hop.url)) return response
    if (hop.body === 'streamed' || this.#isRepeated) return response
    this.#isRepeated = true
    response.body.on('error', () => {}) // the body has no reader yet
    if (!(await credential.renew(spent))) return response
    this.#dump(response)
    return this.#send(hop)
  }

  async #send({ url, method, headers, body, publicOnly = false }: Hop): Promise<TransportResponse> {
    this.#host = url.host
    const sent = body === 'none' ? null : body === 'buffered' ? await this.#body?.whole : this.#body?.stream
    const length = body === 'streamed' && this.#body?.length != null ? { 'content-length': String(this.#body.length) } : {}
    const sentTo = (await this.#parts.credential?.attach({ url, method, headers })) ?? { url, headers }
    return this.#parts.pool.request({
      origin: url.origin,
      path: `${sentTo.url.pathname}${sentTo.url.search}`,
      method,
      headers: [...sentTo.headers, ...Object.entries(length)].flat(),
      body: sent ?? null,
      signal: this.#abort.signal,
      publicOnly,
      isLocalEndpoint: !publicOnly && this.#isLocalEndpoint(url),
    })
  }

  /** Each request is checked, so a redirect does not reach an endpoint that the operator did not name. */
  #isLocalEndpoint(url: URL): boolean {
    const { credential, localEndpoints } = this.#parts
    return credential?.isFor(url) === true && !credential.ofAccount && includesUrl(localEndpoints(credential.provider), url)
  }

  /** Checks the request that follows a redirect. */
  async #checkRedirect(next: Hop, hop: Hop, first: Hop, redirects: number): Promise<Hop> {
    const { limits, granted, pool, credential } = this.#parts
    const { maxRedirects } = limits
    if (this.#options.redirect === 'error')
      throw new AshlarError(
        'HTTP_FAILED',
        `http: ${this.#host} responded with a redirect, but the block does not allow redirects`,
      )
    if (redirects >= maxRedirects)
      throw new AshlarError('HTTP_LIMIT', `http: ${this.#host} redirects the request more than ${maxRedirects} times`)
    if (granted.isAllowed(next.method, next.url) || !granted.mayRedirectAnywhere(first.method, first.url)) {
      this.#assertAllowed(next)
      return next
    }
    this.#assertLength(next)
    assertMayFollow(hop, next.url, credential !== undefined)
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

  #receive({ statusCode, statusText, headers, body }: TransportResponse, hop: Hop, isRedirected: boolean): ResponseHead {
    body.on('error', () => {}) // `read` reports the error
    this.#stream = body
    const scrubber = this.#parts.credential?.scrubber
    const clean = (text: string): string => scrubber?.text(text) ?? text
    const pairs = readResponseHeaders(headers, this.#parts.limits).map(([name, value]): [string, string] => [name, clean(value)])
    const hasBody = hop.method !== 'HEAD' && ![204, 205, 304].includes(statusCode)
    if (!hasBody) body.resume() // frees the connection
    if (hasBody && scrubber) assertMaskableResponse(this.#host, statusCode, headers)
    const encoding = [headers['content-encoding'] ?? ''].flat().join(',')
    const announced = Number(headers['content-length'] ?? 0)
    const maxAnnounced = encoding === '' ? this.#maxBytes : this.#parts.limits.maxResponseBytes
    if (hasBody && announced > maxAnnounced) throw this.#tooLong()
    this.#stream = hasBody ? decodeBody(body, encoding, this.#parts.limits.maxResponseBytes) : body
    this.#stream.on('error', () => {}) // `read` reports the error
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

  /** Discards the body of a redirect. A short body is read, so that its connection can be reused. */
  #dump({ body }: TransportResponse): void {
    body.dump({ limit: CHUNK_BYTES, signal: this.#abort.signal }).catch(() => {})
  }

  #count(bytes: number): void {
    this.#received += bytes
    if (this.#received > this.#maxBytes) throw this.#tooLong()
  }

  #tooLong(): AshlarError {
    const isOwnLimit = this.#maxBytes < this.#parts.limits.maxResponseBytes
    const limit = `${this.#maxBytes} bytes, the limit ${isOwnLimit ? 'that the block sets' : 'of this installation'}`
    return new AshlarError('HTTP_LIMIT', `http: ${this.#host}: the response is longer than ${limit}`)
  }

  #failed(error: unknown): AshlarError {
    const { aborted, reason } = this.#abort.signal
    const failure = aborted && reason instanceof AshlarError ? reason : toHttpFailure(error, this.#host)
    this.cancel(failure)
    return failure
  }

  /** The response is complete, so the rest of the request body is not needed. */
  #end(): null {
    clearTimeout(this.#timer)
    this.#body?.destroy(new AshlarError('HTTP_FAILED', `http: ${this.#host}: the exchange has ended`))
    return null
  }
}

function readLocation({ headers }: TransportResponse): string | undefined {
  const { location } = headers
  return Array.isArray(location) ? location[0] : location
}
