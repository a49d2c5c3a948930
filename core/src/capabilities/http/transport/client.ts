import { AshlarError } from '../../../base/index.ts'
import { buildAddressGuard } from './address-guard.ts'
import { toHttpFailure } from './failure.ts'
import { DEFAULT_HTTP_LIMITS, type HttpLimits } from '../message/index.ts'
import { createHttpPool, type HttpConnectionOptions } from './pool.ts'
import type { TransportResponse } from './transport.ts'

/**
 * Sends requests of the worker itself to URLs that plugins declare. The address guard applies, so that a declaration
 * cannot reach an internal host. Redirects are not followed. Responses must be short and arrive quickly.
 */
export interface HttpClient {
  /**
   * Posts a form and requests JSON.
   *
   * @returns the response, with any status
   * @throws {AshlarError} HTTP_BLOCKED_ADDRESS HTTP_LIMIT HTTP_FAILED
   */
  postForm(
    url: string,
    form: URLSearchParams,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ status: number; text: string }>
  close(): Promise<void>
}

const LIMITS: HttpLimits = { ...DEFAULT_HTTP_LIMITS, timeoutMs: 10_000, connectTimeoutMs: 5000, maxResponseBytes: 64 * 1024 }

/** @throws {AshlarError} CONFIG_INVALID when `allow` has an invalid entry */
export function createHttpClient({ allow = [], resolve, ...options }: HttpConnectionOptions = {}): HttpClient {
  const limits = { ...LIMITS, ...options.limits }
  const pool = createHttpPool(buildAddressGuard(allow), limits, resolve)
  return {
    async postForm(url, form, headers = {}) {
      const { origin, host, pathname, search } = new URL(url)
      const abort = new AbortController()
      const timedOut = new AshlarError('HTTP_FAILED', `http: ${host} did not respond within ${limits.timeoutMs} ms`)
      const timer = setTimeout(() => abort.abort(timedOut), limits.timeoutMs)
      try {
        const response = await pool.request({
          origin,
          path: `${pathname}${search}`,
          method: 'POST',
          headers: Object.entries({ ...HEADERS, ...headers }).flat(),
          body: Buffer.from(form.toString()),
          signal: abort.signal,
        })
        return { status: response.statusCode, text: await readText(response, host, limits) }
      } catch (error) {
        throw abort.signal.aborted ? timedOut : toHttpFailure(error, host)
      } finally {
        clearTimeout(timer)
      }
    },
    close: async () => void (await pool.destroy()),
  }
}

const HEADERS = {
  accept: 'application/json',
  'accept-encoding': 'identity',
  'content-type': 'application/x-www-form-urlencoded',
  'user-agent': 'ashlar',
}

async function readText({ body }: TransportResponse, host: string, { maxResponseBytes }: HttpLimits): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxResponseBytes)
      throw new AshlarError('HTTP_LIMIT', `http: ${host}: the response is longer than ${maxResponseBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
