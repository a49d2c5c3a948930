import dns from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, buildConnector } from 'undici'
import { AshlarError } from '../../../errors/index.ts'
import { isPublicAddress, type AddressGuard } from './address-guard.ts'
import type { HttpLimits } from '../limits.ts'
import type { Transport } from './transport.ts'

/** All addresses of a host. */
export type Resolve = (hostname: string) => Promise<{ address: string; family: number }[]>

/**
 * The connections of all requests of blocks. Every one is checked when it is made, after names are resolved: the addresses that
 * were checked are the ones that are connected to, so a name that changes its address a moment later gains nothing. Connections
 * to public addresses only are kept apart from those that the operator's list allows.
 */
export function createHttpPool(guard: AddressGuard, limits: HttpLimits, resolve: Resolve = resolveByOs): Transport {
  const all = createAgent(guard, limits, resolve)
  const publicOnes = createAgent(PUBLIC, limits, resolve)
  return {
    request: ({ publicOnly = false, ...request }) => (publicOnly ? publicOnes : all).request(request),
    isPublic: async (hostname) => {
      const host = hostname.replace(/^\[(.*)\]$/, '$1')
      const addresses = isIP(host) > 0 ? [host] : (await resolve(host)).map(({ address }) => address)
      return addresses.every(isPublicAddress)
    },
    destroy: () => Promise.all([all.destroy(), publicOnes.destroy()]),
  }
}

const PUBLIC: AddressGuard = { permits: (_hostname, address) => isPublicAddress(address) }

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
      // Nothing is looked up for an address, so it is checked here.
      if (isIP(hostname) > 0 && !guard.permits(hostname, hostname)) return callback(blocked(hostname), null)
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

const resolveByOs: Resolve = (hostname) => dns.promises.lookup(hostname, { all: true, order: 'verbatim' })

function guardedLookup(guard: AddressGuard, resolve: Resolve): LookupFunction {
  return (hostname, { all }, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const permitted = addresses.filter(({ address }) => isIP(address) > 0 && guard.permits(hostname, address))
        const [first] = permitted
        if (!first) callback(blocked(hostname), '', 0)
        else if (all) callback(null, permitted)
        else callback(null, first.address, first.family)
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error('the lookup failed'), '', 0),
    )
  }
}

/** Tells nothing of the address but that it is none of the internet's. */
function blocked(hostname: string): AshlarError {
  const message = `http: the host ${hostname} is not on the public internet; whoever runs this installation can allow it with ASHLAR_HTTP_ALLOW`
  return new AshlarError('HTTP_BLOCKED_ADDRESS', message, { details: { host: hostname } })
}
