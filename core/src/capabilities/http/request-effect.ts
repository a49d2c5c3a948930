import { z } from 'zod'
import type { Effect } from '../acting.ts'
import { overridingMethods } from './overrides.ts'

/** Methods that ask for no change of state. Source: RFC 9110, 9.2.1; TRACE is never sent. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

const requestSchema = z.object({
  method: z.string(),
  headers: z.array(z.tuple([z.string(), z.string()])).default([]),
})

/**
 * What a request may change at its server. One that carries the idempotency key of the run has its effect once however often it is
 * sent, because the key is the same for every attempt; a key that the block makes itself need not be.
 *
 * @param request that `http.open` was called with; one that is not valid is never sent
 */
export function effectOfRequest(request: unknown, idempotencyKey: string): Effect {
  const parsed = requestSchema.safeParse(request)
  if (!parsed.success) return 'none'
  const { method, headers } = parsed.data
  if ([method.toUpperCase(), ...overridingMethods(headers)].every((each) => SAFE.has(each))) return 'none'
  const hasKey = headers.some(
    ([name, value]) => name.toLowerCase() === 'idempotency-key' && `${value}:`.startsWith(`${idempotencyKey}:`),
  )
  return hasKey ? 'repeatable' : 'once'
}
