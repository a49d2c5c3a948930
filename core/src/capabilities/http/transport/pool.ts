import dns from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, buildConnector } from 'undici'
import { AshlarError } from '../../../base/index.ts'
import { isPublicAddress, type AddressGuard } from './address-guard.ts'
import type { HttpLimits } from '../message/index.ts'
import type { Transport } from './transport.ts'

/** Returns all addresses of a host. */
export type Resolve = (hostname: string) => Promise<{ address: string; family: number }[]>

export interface HttpConnectionOptions {
  /** Hosts and networks that are reachable although they are not on the public internet. @default none */
  allow?: readonly string[]
  limits?: Partial<HttpLimits>
  /** Resolves host names. @default the resolver of the operating system */
  resolve?: Resolve
}

/**
 * Creates the connection pool for the requests of blocks. The guard checks each connection after the host name is
 * resolved, and the pool connects to the addresses that were checked. A name that changes its address afterwards
 * therefore has no effect. Requests with `publicOnly` use separate connections, because the operator's allow list does
 * not apply to them.
 */
export function createHttpPool(guard: AddressGuard, limits: HttpLimits, resolve: Resolve = resolveWithOs): Transport {
  const all = createAgent(guard, limits, resolve)
  const localAgent = createAgent(ANY_ADDRESS, limits, resolve)
  const publicAgent = createAgent(PUBLIC_ONLY, limits, resolve)
  return {
    request: ({ publicOnly = false, isLocalEndpoint = false, ...request }) =>
      (publicOnly ? publicAgent : isLocalEndpoint ? localAgent : all).request(request),
    isPublic: async (hostname) => {
      const host = hostname.replace(/^\[(.*)\]$/, '$1')
      const addresses = isIP(host) > 0 ? [host] : (await resolve(host)).map(({ address }) => address)
      return addresses.every(isPublicAddress)
    },
    destroy: () => Promise.all([all.destroy(), localAgent.destroy(), publicAgent.destroy()]),
  }
}

/** Connections to local endpoints, which other requests do not use. */
const ANY_ADDRESS: AddressGuard = { permits: () => true }
const PUBLIC_ONLY: AddressGuard = { permits: (_hostname, address) => isPublicAddress(address) }

function createAgent(guard: AddressGuard, limits: HttpLimits, resolve: Resolve): Agent {
  const connect = buildConnector({
    allowH2: false,
    timeout: limits.connectTimeoutMs,
    autoSelectFamily: true,
    lookup: guardedLookup(guard, resolve),
  })
  return new Agent({
    connect: (options, callback) => {
      const hostname = options.hostname.replace(/^\[(.*)\]$/, '$1')
      // An address is not resolved, so it is checked here.
      if (isIP(hostname) > 0 && !guard.permits(hostname, hostname)) return callback(blockedAddress(hostname), null)
      return connect(options, callback)
    },
    connections: MAX_CONNECTIONS_PER_ORIGIN,
    pipelining: 1,
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.timeoutMs,
    bodyTimeout: limits.timeoutMs,
    keepAliveMaxTimeout: 30_000,
  })
}

const MAX_CONNECTIONS_PER_ORIGIN = 64

const resolveWithOs: Resolve = (hostname) => dns.promises.lookup(hostname, { all: true, order: 'verbatim' })

/** Resolves a host name to the addresses that the guard permits. */
export function guardedLookup(guard: AddressGuard, resolve: Resolve = resolveWithOs): LookupFunction {
  return (hostname, { all }, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const permitted = addresses.filter(({ address }) => isIP(address) > 0 && guard.permits(hostname, address))
        const [first] = permitted
        if (!first) callback(blockedAddress(hostname), '', 0)
        else if (all) callback(null, permitted)
        else callback(null, first.address, first.family)
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error('the lookup failed'), '', 0),
    )
  }
}

/** The message does not contain the address. */
export function blockedAddress(hostname: string): AshlarError {
  const message = `http: the host ${hostname} is not on the public internet; the operator of this installation can allow it with ASHLAR_HTTP_ALLOW, or only for the credentials of one provider with ASHLAR_LOCAL_ENDPOINTS`
  return new AshlarError('HTTP_BLOCKED_ADDRESS', message, { details: { host: hostname } })
}
