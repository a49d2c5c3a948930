import type { RetryPolicy } from '@ashlar/sdk/rest'
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
export interface RetryInput {
  attempts: number
  retry_statuses: number[]
  backoff_ms: number
  max_wait_ms: number
}

export function toPolicy({ attempts, retry_statuses, backoff_ms, max_wait_ms }: RetryInput): RetryPolicy {
  return {
    attempts,
    backoffMs: backoff_ms,
    maxWaitMs: max_wait_ms,
    isTransient: (answer) => answer === undefined || retry_statuses.includes(answer.status),
  }
}
