import type { BlockContext, Fetch } from '@ashlar/sdk'

/** A server that asks for a longer wait is not asked again. */
const MAX_WAIT_MS = 60_000
const FIRST_WAIT_MS = 1000
const RETRIED = new Set([408, 409, 425, 429, 500, 502, 503, 504, 529])

type RetryContext = Pick<BlockContext, 'signal' | 'log'> & { random?: () => number }

/**
 * Repeats a request if the server is busy or fails, or if the connection fails before the answer starts. It waits as
 * long as the server asks, at most {@link MAX_WAIT_MS}, or else 1 s, 2 s, 4 s … minus a random part of up to a half.
 * Each wait is in the log. The last answer is returned, whatever its status.
 *
 * @param attempts the maximum number of requests
 */
export function retryingFetch(fetch: Fetch, attempts: number, { signal, log, random = Math.random }: RetryContext): Fetch {
  return async (input, init) => {
    for (let attempt = 1; ; attempt++) {
      const outcome = await fetch(input, init).catch((error: unknown) => ({ error }))
      const waitMs = attempt < attempts ? waitAfter(outcome, attempt, random) : undefined
      if (waitMs === undefined) {
        if ('error' in outcome) throw outcome.error
        return outcome
      }
      const what = 'error' in outcome ? 'failed' : `ended with status ${outcome.status}`
      log(`request ${attempt} of ${attempts} ${what}; the next one is in ${waitMs} ms`, 'warn')
      if (!('error' in outcome)) await outcome.body?.cancel()
      await wait(waitMs, signal)
    }
  }
}

function waitAfter(outcome: Response | { error: unknown }, attempt: number, random: () => number): number | undefined {
  const ownMs = Math.round(FIRST_WAIT_MS * 2 ** (attempt - 1) * (1 - random() / 2))
  if ('error' in outcome) return findCode(outcome.error) === 'HTTP_FAILED' ? ownMs : undefined
  if (!RETRIED.has(outcome.status)) return undefined
  const askedMs = retryAfterMs(outcome.headers)
  return askedMs !== undefined && askedMs > MAX_WAIT_MS ? undefined : (askedMs ?? Math.min(ownMs, MAX_WAIT_MS))
}

/** The code of an error of the host, which may be a cause. */
export function findCode(error: unknown): string | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++)
    if ('code' in cause && typeof cause.code === 'string') return cause.code
  return undefined
}

/** The delay that a server asks for: seconds, milliseconds, or a time. Source: RFC 9110, section 10.2.3. */
export function retryAfterMs(headers: Headers): number | undefined {
  const ms = headers.get('retry-after-ms')?.trim() ?? ''
  if (/^\d+(\.\d+)?$/.test(ms)) return Math.ceil(Number(ms))
  const value = headers.get('retry-after')?.trim() ?? ''
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000)
  const at = Date.parse(value)
  if (Number.isNaN(at)) return undefined
  const date = Date.parse(headers.get('date') ?? '')
  return Math.max(0, at - (Number.isNaN(date) ? Date.now() : date))
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  const onAbort = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('the call was aborted'))
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}
