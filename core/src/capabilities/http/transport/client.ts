import { AshlarError } from '../../../errors/index.ts'
import { createAddressGuard } from './address-guard.ts'
import { toHttpFailure } from './failure.ts'
import type { HttpOptions } from '../host.ts'
import { DEFAULT_HTTP_LIMITS, type HttpLimits } from '../limits.ts'
import { createHttpPool } from './pool.ts'
import type { TransportResponse } from './transport.ts'

/**
 * Requests of the host itself to addresses that plugins name. Their connections are guarded as those of blocks are, so that no
 * declaration leads to an inner host; redirects are not followed, and what answers has to be short and quick.
 */
export interface HttpClient {
  /**
   * Posts a form and asks for JSON.
   *
   * @returns the answer, also when it is a redirect or tells of a failure
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

/** @throws {AshlarError} CONFIG_INVALID when an allowed host is none */
export function createHttpClient({ allow = [], resolve, ...options }: HttpOptions = {}): HttpClient {
  const limits = { ...LIMITS, ...options.limits }
  const pool = createHttpPool(createAddressGuard(allow), limits, resolve)
  return {
    async postForm(url, form, headers = {}) {
      const { origin, host, pathname, search } = new URL(url)
      const abort = new AbortController()
      const tooLate = new AshlarError('HTTP_FAILED', `http: ${host} did not answer within ${limits.timeoutMs} ms`)
      const timer = setTimeout(() => abort.abort(tooLate), limits.timeoutMs)
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
        throw abort.signal.aborted ? tooLate : toHttpFailure(error, host)
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
