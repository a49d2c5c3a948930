import { once } from 'node:events'
import type { Socket } from 'node:net'
import { Client } from 'pg'
import type { ServerAddress } from '../server-address.ts'
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
    // The server stops a statement at its timeout; the client waits a little longer.
    query_timeout: timeoutMs + 5000,
  })
  client.on('error', () => {}) // reported by the race below, or the work has ended
  const lost = once(client, 'error').then(([error]) => Promise.reject(toFailure(error, address.host)))
  lost.catch(() => {})
  try {
    signal.throwIfAborted()
    const result = await Promise.race([client.connect().then(() => work(client)), lost])
    await client.end()
    return result
  } catch (error) {
    throw signal.aborted ? signal.reason : toFailure(error, address.host)
  } finally {
    socket.destroy()
  }
}

/** The client connects its socket itself. This one is connected already, to an address that was checked. */
function asUnconnected(socket: Socket): Socket {
  return Object.assign(socket, { connect: () => (setImmediate(() => socket.emit('connect')), socket) })
}
