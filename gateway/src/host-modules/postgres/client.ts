import { once } from 'node:events'
import type { Socket } from 'node:net'
import { Client } from 'pg'
import { HostFailure } from '../../base/define-config.ts'
import type { ServerAddress } from '../address/index.ts'
import { toFailure } from './failure.ts'
import { types } from './types.ts'

interface Target {
  address: ServerAddress
  database: string
  user: string
  password: string
  timeoutMs: number
  /** A connection to the address. */
  socket: Socket
}

/** Opens a session on a connected socket, and closes it after the work. */
export async function withClient<T>(target: Target, signal: AbortSignal, work: (client: Client) => Promise<T>): Promise<T> {
  const { address, socket, timeoutMs, ...login } = target
  const client = new Client({
    ...login,
    host: address.host,
    port: address.port,
    stream: () => asUnconnected(socket),
    ssl: address.encrypted,
    types,
    application_name: 'ashlar',
    connectionTimeoutMillis: 10_000,
  })
  client.on('error', () => {}) // reported by the race below, or the work has ended
  const lost = once(client, 'error').then(([error]) => Promise.reject(toFailure(error, address.host)))
  lost.catch(() => {})
  // The server stops a statement at its timeout; this one is for a server that does not respond.
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new HostFailure(`${address.host} did not respond`, { retryable: true })),
    timeoutMs + 15_000,
  )
  try {
    signal.throwIfAborted()
    const result = await Promise.race([client.connect().then(() => work(client)), lost, late])
    await client.end()
    return result
  } catch (error) {
    throw signal.aborted ? signal.reason : toFailure(error, address.host)
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}

/** The client connects its socket itself. This one is connected already, to an address that was checked. */
function asUnconnected(socket: Socket): Socket {
  return Object.assign(socket, { connect: () => (setImmediate(() => socket.emit('connect')), socket) })
}
