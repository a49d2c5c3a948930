import type { BlockContext, Fetch } from '@ashlar/sdk'
import { retryAfterMs, withRetries } from '@ashlar/sdk/rest'

/** A server that asks for a longer wait is not asked again. */
const MAX_WAIT_MS = 60_000
const FIRST_WAIT_MS = 1000
const RETRIED = new Set([408, 409, 425, 429, 500, 502, 503, 504, 529])

/**
 * Repeats a request if the server is busy or fails, or if the connection fails before the answer starts. It waits as
 * long as the server asks, at most {@link MAX_WAIT_MS}, or else about 1 s, 2 s, 4 s … Each wait is in the log. The last
 * answer is returned, whatever its status.
 *
 * @param attempts the maximum number of requests
 */
export function retryingFetch(fetch: Fetch, attempts: number, { signal, log }: Pick<BlockContext, 'signal' | 'log'>): Fetch {
  return (input, init) => {
    let last: Response | undefined
    const send = async (): Promise<Response> => {
      await last?.body?.cancel()
      return (last = await fetch(input, init))
    }
    const policy = {
      attempts,
      backoffMs: FIRST_WAIT_MS,
      maxWaitMs: MAX_WAIT_MS,
      isTransient: (answer: Response | undefined) => answer === undefined || RETRIED.has(answer.status),
      askedMs: ({ headers }: Response) => askedWaitMs(headers),
    }
    return withRetries(send, policy, { signal, log: (text) => log(text, 'warn') })
  }
}

/** The delay that a server asks for. OpenAI also has a header with milliseconds. */
export function askedWaitMs(headers: Headers): number | undefined {
  const ms = headers.get('retry-after-ms')?.trim() ?? ''
  return /^\d+(\.\d+)?$/.test(ms) ? Math.ceil(Number(ms)) : retryAfterMs(headers)
}

/** The code of an error of the host, which may be a cause. */
export function findCode(error: unknown): string | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++)
    if ('code' in cause && typeof cause.code === 'string') return cause.code
  return undefined
}
