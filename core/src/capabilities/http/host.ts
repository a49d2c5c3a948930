import type { CapabilityHost } from '../capability/index.ts'
import { DEFAULT_HTTP_LIMITS, type GetRequestCredentials } from './message/index.ts'
import { RequestSlots } from './request-slots.ts'
import type { HttpGrant } from './rules/index.ts'
import { createHttpSession } from './session.ts'
import {
  buildAddressGuard,
  createHttpPool,
  type FindLocalEndpoints,
  type HttpConnectionOptions,
  type Transport,
} from './transport/index.ts'

export interface HttpOptions extends HttpConnectionOptions {
  /** @default a pool that checks each connection */
  transport?: Transport
  /** Called for each request with a credential. @default none */
  localEndpoints?: FindLocalEndpoints | undefined
}

type HttpHost = Required<CapabilityHost<{ http?: HttpGrant | undefined }>>

/**
 * Sends the requests of blocks from the worker, over a connection pool.
 *
 * @throws {AshlarError} CONFIG_INVALID when `allow` has an invalid entry
 */
export function createHttpHost(getCredentials: GetRequestCredentials, options: HttpOptions = {}): HttpHost {
  const limits = { ...DEFAULT_HTTP_LIMITS, ...options.limits }
  const guard = buildAddressGuard(options.allow ?? [])
  const pool: Transport = options.transport ?? createHttpPool(guard, limits, options.resolve)
  const { localEndpoints = () => [] } = options
  const slots = new RequestSlots(limits)
  return {
    createSession: (caller) =>
      createHttpSession({ pool, limits, slots, localEndpoints, credentials: getCredentials(caller) }, caller),
    close: async () => void (await pool.destroy()),
  }
}
