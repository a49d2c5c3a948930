import dns from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, buildConnector } from 'undici'
import { AshlarError } from '../../errors/index.ts'
import type { AddressGuard } from './address-guard.ts'
import type { HttpLimits } from './limits.ts'

/** All addresses of a host. */
export type Resolve = (hostname: string) => Promise<{ address: string; family: number }[]>

/**
 * The connections of all requests of blocks. Every one is checked when it is made, after names are resolved: the addresses that
 * were checked are the ones that are connected to, so a name that means something else a moment later helps nobody.
 */
export function createHttpPool(guard: AddressGuard, limits: HttpLimits, resolve: Resolve = resolveByOs): Agent {
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
