import type { Power } from '../capability.ts'
import { createAddressGuard } from './transport/address-guard.ts'
import { DEFAULT_HTTP_LIMITS, type HttpLimits } from './limits.ts'
import { createHttpPool, type Resolve } from './transport/pool.ts'
import { RequestPlaces } from './request-slots.ts'
import type { Transport } from './transport/transport.ts'
import { createHttpSession } from './session.ts'
import { effectOfRequest } from './request-effect.ts'

export interface HttpOptions {
  /** Hosts and networks that blocks may reach although they are not on the public internet. @default none */
  allow?: readonly string[]
  limits?: Partial<HttpLimits>
  /** How names become addresses. @default as the operating system does it */
  resolve?: Resolve
  /** @default connections of its own, each checked */
  transport?: Transport
}

/** Requests of blocks to the outside: the worker makes them, from a pool of connections of its own. */
export type Http = Required<Power>

/** @throws {AshlarError} CONFIG_INVALID when an allowed host is none */
export function createHttp(options: HttpOptions = {}): Http {
  const limits = { ...DEFAULT_HTTP_LIMITS, ...options.limits }
  const guard = createAddressGuard(options.allow ?? [])
  const pool: Transport = options.transport ?? createHttpPool(guard, limits, options.resolve)
  const places = new RequestPlaces(limits)
  return {
    effectOf: (method, [request], key) => (method === 'http.open' ? effectOfRequest(request, key) : 'none'),
    createSession: (acting) => createHttpSession({ pool, limits, places }, acting),
    close: async () => void (await pool.destroy()),
  }
}
