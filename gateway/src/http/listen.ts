import { once } from 'node:events'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { AshlarError } from '@ashlar/core'

/** Loopback only: whoever wants Ashlar on a network puts a server that speaks TLS before it. */
export const HOST = '127.0.0.1'

/** A server that listens. */
export interface Bound {
  server: Server
  port: number
  /** Under way. */
  answers: ReadonlySet<ServerResponse>
}

const IDLE_EVERY_MS = 50

/**
 * @param port 0 takes any free one
 * @throws {AshlarError} PORT_TAKEN, CONFIG_INVALID when this user may not have the port
 */
export async function listen(handler: RequestListener, port: number): Promise<Bound> {
  const answers = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    answers.add(response)
    response.once('close', () => answers.delete(response))
    handler(request, response)
  })
  try {
    await once(server.listen(port, HOST), 'listening')
  } catch (error) {
    throw explained(error, port)
  }
  const address = server.address()
  return { server, answers, port: typeof address === 'object' && address !== null ? address.port : port }
}

/** Fails at once where `listen` would later. @throws {AshlarError} like {@link listen} */
export async function assertPortFree(port: number): Promise<void> {
  await closeServer(await listen(() => undefined, port), 0)
}

/**
 * Accepts nothing more, and ends each connection when it has no answer under way.
 *
 * @param graceMs of streams of events, which do not end by themselves: their clients resume at another server
 * @param answerMs of other answers
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

/** By what its client accepts: the headers of an answer cannot be read once they are sent. */
function isStream({ req }: ServerResponse): boolean {
  return req.headers.accept?.includes('text/event-stream') ?? false
}

/** Answers on a connection that Node has handed over, and closes it: one that the client keeps half open would stay for ever. */
export function answerAndClose(socket: Duplex, status: string, headers: readonly string[] = []): void {
  socket.on('error', () => socket.destroy()) // the client went away while we answered
  socket.once('finish', () => socket.destroy())
  socket.end([`HTTP/1.1 ${status}`, ...headers, 'Connection: close', 'Content-Length: 0', '', ''].join('\r\n'))
}

function explained(error: unknown, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') {
    const message = `port ${port} of ${HOST} is taken by another program: stop it, or set PORT to another one (PORT=0 takes any free port)`
    return new AshlarError('PORT_TAKEN', message, { cause: error, details: { port } })
  }
  if (code === 'EACCES')
    return new AshlarError('CONFIG_INVALID', `this user may not listen on port ${port}: set PORT to 1024 or above`, {
      cause: error,
    })
  return error
}
