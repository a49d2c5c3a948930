import { z } from 'zod'
import type { Effect } from '../../capability/index.ts'
import { listMethodOverrides } from './index.ts'

/** Methods that do not change state (safe methods). Source: RFC 9110, 9.2.1; TRACE is never sent. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

const requestSchema = z.object({
  method: z.string(),
  url: z.string().default(''),
  headers: z.array(z.tuple([z.string(), z.string()])).default([]),
})

/**
 * Returns the effect that a request may have on its server. A request with the idempotency key of the run takes effect
 * once, however often it is sent, because the key is the same for every attempt. Another key may differ between
 * attempts.
 *
 * @param request the argument of `http.open`; an invalid request is never sent
 */
export function getRequestEffect(request: unknown, idempotencyKey: string): Effect {
  const parsed = requestSchema.safeParse(request)
  if (!parsed.success) return 'none'
  const { method, url, headers } = parsed.data
  const overrides = listMethodOverrides(readQuery(url), headers).map((each) => each.method)
  if ([method.toUpperCase(), ...overrides].every((each) => SAFE.has(each))) return 'none'
  const hasKey = headers.some(
    ([name, value]) => name.toLowerCase() === 'idempotency-key' && `${value}:`.startsWith(`${idempotencyKey}:`),
  )
  return hasKey ? 'repeatable' : 'once'
}

/** The query of a URL that may be invalid. */
function readQuery(url: string): string {
  return /\?([^#]*)/.exec(url)?.[1] ?? ''
}
