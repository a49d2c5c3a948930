import { z } from 'zod'

const MAX_BACKOFF_MS = 60_000

/** The pins that define when to repeat a request. */
export const retryPins = {
  attempts: z.int().min(1).max(10).default(3).meta({
    description:
      'Maximum number of attempts. A network failure or a status in retry_statuses leads to another attempt. The last response is returned, whatever its status.',
    advanced: true,
  }),
  retry_statuses: z
    .array(z.int().min(400).max(599))
    .max(50)
    .default([408, 425, 429, 502, 503, 504])
    .meta({ description: 'Statuses that lead to another attempt.', advanced: true }),
  retry_unsafe: z.boolean().default(false).meta({
    description:
      'Also repeat POST and PATCH requests, which may then take effect twice. A request with the header Idempotency-Key is always repeated.',
    advanced: true,
  }),
  backoff_ms: z.int().min(0).max(MAX_BACKOFF_MS).default(500).meta({
    description: 'Wait before the second attempt. It doubles for each further attempt, minus a random part of up to a half.',
    advanced: true,
  }),
  max_wait_ms: z.int().min(0).max(600_000).default(20_000).meta({
    description: 'Maximum wait between attempts. If a response requests a longer wait (Retry-After), there are no more attempts.',
    advanced: true,
  }),
}

/** The policy as the pins define it. */
export interface RetryPolicy {
  attempts: number
  retry_statuses: number[]
  backoff_ms: number
  max_wait_ms: number
}

/** The dependencies of an attempt. */
interface RetryContext {
  signal: AbortSignal
  log: (text: string) => void
  /** @default Math.random */
  random?: () => number
}

interface Answer {
  status: number
  headers: Headers
}

/**
 * Sends a request until its response is final or no attempt is left.
 *
 * @param send makes one attempt; a failure is repeatable if its cause has the code HTTP_FAILED
 */
export async function withRetries<T extends Answer>(
  send: () => Promise<T>,
  policy: RetryPolicy,
  { signal, log, random = Math.random }: RetryContext,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await tryOnce(send)
    const waitMs = attempt < policy.attempts ? waitAfter(outcome, attempt, policy, random) : undefined
    if (waitMs === undefined) return finish(outcome)
    const what = 'answer' in outcome ? `ended with status ${outcome.answer.status}` : 'failed'
    log(`attempt ${attempt} of ${policy.attempts} ${what}; the next attempt is in ${waitMs} ms`)
    await sleep(waitMs, signal)
  }
}

type Outcome<T> = { answer: T } | { error: unknown }

async function tryOnce<T>(send: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { answer: await send() }
  } catch (error) {
    return { error }
  }
}

function finish<T>(outcome: Outcome<T>): T {
  if ('answer' in outcome) return outcome.answer
  throw outcome.error
}

/** @returns undefined when there are no more attempts */
function waitAfter(outcome: Outcome<Answer>, attempt: number, policy: RetryPolicy, random: () => number): number | undefined {
  const { retry_statuses, backoff_ms, max_wait_ms } = policy
  const backoffMs = Math.min(backoff_ms * 2 ** (attempt - 1), max_wait_ms)
  const ownMs = Math.round(backoffMs * (1 - random() / 2))
  if ('error' in outcome) return readCode(outcome.error) === 'HTTP_FAILED' ? ownMs : undefined
  if (!retry_statuses.includes(outcome.answer.status)) return undefined
  const askedMs = retryAfterMs(outcome.answer.headers)
  if (askedMs !== undefined && askedMs > max_wait_ms) return undefined
  return askedMs ?? ownMs
}

function readCode(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
}

/**
 * The delay that a response requests: seconds, or a time, which is compared with the `Date` of the response if there is
 * one. Source: RFC 9110, section 10.2.3.
 */
export function retryAfterMs(headers: Headers): number | undefined {
  const value = headers.get('retry-after')?.trim() ?? ''
  if (/^\d+$/.test(value)) return Number(value) * 1000
  const at = Date.parse(value)
  if (Number.isNaN(at)) return undefined
  const date = Date.parse(headers.get('date') ?? '')
  return Math.max(0, at - (Number.isNaN(date) ? Date.now() : date))
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
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
