import { once } from 'node:events'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { AshlarError, showValue } from '@ashlar/core'
import { isLoopback } from '../base/client-address.ts'
import { formatError } from './request-error.ts'

/** Where the server listens by default. To expose Ashlar on a network, operators run a reverse proxy with TLS. */
export const LOOPBACK = '127.0.0.1'

/** A server that listens. */
export interface Bound {
  server: Server
  /** The IP address that it listens on. */
  address: string
  port: number
  /** Responses that are not finished. */
  answers: ReadonlySet<ServerResponse>
}

const IDLE_EVERY_MS = 50

/**
 * @param port 0 selects a free port
 * @param host an IP address or a name of this machine
 * @throws {AshlarError} PORT_TAKEN, CONFIG_INVALID when the machine does not have the address or this user may not use
 * the port
 */
export async function listen(handler: RequestListener, port: number, host = LOOPBACK): Promise<Bound> {
  const answers = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    answers.add(response)
    response.once('close', () => answers.delete(response))
    handler(request, response)
  })
  try {
    await once(server.listen(port, host), 'listening')
  } catch (error) {
    throw toListenError(error, port, host)
  }
  const bound = server.address()
  if (typeof bound !== 'object' || bound === null) throw new Error('the server listens on no port')
  return { server, answers, address: bound.address, port: bound.port }
}

/** Checks early whether `listen` will succeed. @throws {AshlarError} like {@link listen} */
export async function assertPortFree(port: number, host: string): Promise<void> {
  await closeServer(await listen(() => undefined, port, host), 0)
}

/** A warning that other machines can reach the server; undefined if it listens on a loopback address. */
export function exposureWarning({ address, port }: Pick<Bound, 'address' | 'port'>): string | undefined {
  if (isLoopback(address)) return undefined
  return `warning: the server listens on ${address}, port ${port}, without TLS: other machines can reach the API and the login page, and keys travel unencrypted. To restrict access, unset HOST and use a reverse proxy with TLS, or block the port with a firewall.`
}

/** The host in a URL at which this machine reaches a server that listens on the IP address. */
export function toUrlHost(address: string): string {
  if (address === '0.0.0.0') return LOOPBACK
  if (address === '::') return '[::1]'
  return address.includes(':') ? `[${address}]` : address
}

/**
 * Stops accepting connections, and closes each connection once it has no pending response.
 *
 * @param graceMs after which event streams are cut. They do not end on their own; their clients resume at another
 * server.
 * @param answerMs after which other responses are cut
 */
export async function closeServer({ server, answers }: Bound, graceMs: number, answerMs = graceMs): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_EVERY_MS)
  const timers = [
    setTimeout(() => {
      for (const answer of answers) if (isStream(answer)) answer.destroy()
    }, graceMs),
    setTimeout(() => server.closeAllConnections(), answerMs),
  ]
  await closed
  clearInterval(idle)
  timers.forEach(clearTimeout)
}

/** Checks the request: the headers of a response cannot be read once they are sent. */
function isStream({ req }: ServerResponse): boolean {
  return req.headers.accept?.includes('text/event-stream') ?? false
}

/**
 * Responds on a connection that Node has handed over, and closes it. A client could otherwise keep it half open
 * indefinitely.
 *
 * @param status such as `403 Forbidden`
 * @param code of the error in the body
 */
export function answerAndClose(socket: Duplex, status: string, code: string, headers: readonly string[] = []): void {
  const body = formatError(code, status.replace(/^\d+ /, ''))
  socket.on('error', () => socket.destroy()) // the client closed the connection while we responded
  socket.once('finish', () => socket.destroy())
  const lines = ['Connection: close', 'Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]
  socket.end([`HTTP/1.1 ${status}`, ...headers, ...lines, '', body].join('\r\n'))
}

/** Errors of Node for a host that does not exist or is not an address of this machine. */
const HOST_ERRORS: unknown[] = ['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL']

function toListenError(error: unknown, port: number, host: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') {
    const message = `port ${port} of ${host} is already in use: stop the other program, or set PORT to another port (PORT=0 selects a free one)`
    return new AshlarError('PORT_TAKEN', message, { cause: error, details: { port } })
  }
  if (code === 'EACCES')
    return new AshlarError(
      'CONFIG_INVALID',
      `this user does not have permission to listen on port ${port}: set PORT to 1024 or above`,
      {
        cause: error,
      },
    )
  if (HOST_ERRORS.includes(code)) {
    const message = `environment variable HOST must be an address of this machine, such as 127.0.0.1 or 0.0.0.0, got ${showValue(host)} (${String(code)})`
    return new AshlarError('CONFIG_INVALID', message, { cause: error, details: { variable: 'HOST' } })
  }
  return error
}
