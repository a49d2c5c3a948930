/** When a request is repeated. */
export interface RetryPolicy<Answer extends RetriedAnswer = RetriedAnswer> {
  /** The maximum number of attempts, including the first. */
  attempts: number
  /** The wait before the second attempt. It doubles for each further attempt, minus a random part of up to a half. */
  backoffMs: number
  /** The maximum wait. If an answer asks for a longer one, there are no more attempts. */
  maxWaitMs: number
  /** Whether a failed request is repeated: one that has no answer, or one with this answer. */
  isTransient(answer: Answer | undefined): boolean
  /** The wait that an answer asks for. @default the header `Retry-After` */
  askedMs?(answer: Answer): number | undefined
}

interface RetriedAnswer {
  status: number
  headers: Headers
}

interface RetryContext {
  signal: AbortSignal
  log: (text: string) => void
  /** @default Math.random */
  random?: () => number
}

/**
 * Sends a request until its answer is final or no attempt is left.
 *
 * @param send makes one attempt; a failure without an answer is repeatable only if its cause has the code HTTP_FAILED
 * @returns the last answer, whatever its status
 */
export async function withRetries<Answer extends RetriedAnswer>(
  send: () => Promise<Answer>,
  policy: RetryPolicy<NoInfer<Answer>>,
  { signal, log, random = Math.random }: RetryContext,
): Promise<Answer> {
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
function waitAfter<Answer extends RetriedAnswer>(
  outcome: Outcome<Answer>,
  attempt: number,
  { backoffMs, maxWaitMs, isTransient, askedMs = ({ headers }) => retryAfterMs(headers) }: RetryPolicy<Answer>,
  random: () => number,
): number | undefined {
  const ownMs = Math.round(Math.min(backoffMs * 2 ** (attempt - 1), maxWaitMs) * (1 - random() / 2))
  if ('error' in outcome) return readCode(outcome.error) === 'HTTP_FAILED' && isTransient(undefined) ? ownMs : undefined
  if (!isTransient(outcome.answer)) return undefined
  const asked = askedMs(outcome.answer)
  return asked !== undefined && asked > maxWaitMs ? undefined : (asked ?? ownMs)
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
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000)
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
