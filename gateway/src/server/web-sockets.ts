import { once } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { AshlarError, type User } from '@ashlar/core'
import { CloseCode, handleProtocols, makeServer, type Context } from 'graphql-ws'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Logger } from '../logger.ts'
import type { Access } from './access.ts'
import type { InspectorSockets } from './inspector-sockets.ts'
import { assertOurHost, factsOf, isForeign, isHost, type RequestFacts } from './origin.ts'
import { GRAPHQL_PATH } from './routes.ts'
import type { SocketOperations } from './socket-operations.ts'

/** GraphQL over WebSocket (`graphql-transport-ws`). */
export interface WebSockets {
  /** Tells every client that the server goes away, and ends its connection. */
  close(): Promise<void>
}

/** What belongs to one socket. */
export interface SocketExtra extends Record<PropertyKey, unknown> {
  facts: RequestFacts
  user?: User
}

interface WebSocketParts {
  access: Access
  /** Where browsers reach us, if not where we listen. */
  publicUrl: URL | undefined
  logger: Logger
  maxBytes: number
  operations: SocketOperations
  inspectors: InspectorSockets
}

const PING_EVERY_MS = 12_000

/**
 * Serves `/graphql` of an HTTP server, and hands debuggers on. A client of `/graphql` proves who it is with the cookie of its upgrade request, or with
 * `connectionParams: { authorization: "Bearer …" }`; one that does neither is closed with 4403, and one that subscribes
 * before it is acknowledged with 4401, as graphql-ws does.
 */
export function serveWebSockets(server: Server, parts: WebSocketParts): WebSockets {
  const { access, logger, maxBytes, operations, inspectors } = parts
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxBytes, handleProtocols })
  const protocol = makeServer<Record<string, unknown>, SocketExtra>({
    onConnect: (context) => connect(context, access),
    ...operations,
  })

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy()) // the client went away while we answered
    const facts = factsOf((name) => headerOf(request, name))
    const path = request.url?.split('?', 1)[0] ?? ''
    const refusal = refusalOf(path, facts, parts)
    if (refusal !== undefined) return void socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
    if (inspectors.isFor(path)) return inspectors.accept(path, request, socket, head)
    sockets.handleUpgrade(request, socket, head, (client) => serveSocket(client, facts))
  })

  function serveSocket(client: WebSocket, facts: RequestFacts): void {
    const ping = keepAlive(client)
    client.on('error', () => client.terminate()) // what it sent is no WebSocket message, or too large
    const closed = protocol.opened(
      {
        protocol: client.protocol,
        send: (data) => send(client, data),
        close: (code, reason) => client.close(code, reason),
        onMessage: (handle) =>
          client.on('message', (data) => void handle(String(data)).catch((error: unknown) => fail(client, error))),
      },
      { facts },
    )
    client.once('close', (code, reason) => {
      clearInterval(ping)
      closed(code, String(reason))?.catch((error: unknown) => logger.error('unexpected error at the end of a WebSocket', error))
    })
  }

  function fail(client: WebSocket, error: unknown): void {
    logger.error('unexpected error on a WebSocket', error)
    client.close(CloseCode.InternalServerError, 'Unexpected error.')
  }

  return {
    async close() {
      inspectors.close()
      const open = [...sockets.clients]
      for (const client of open) client.close(1001, 'Going away')
      const impatience = setTimeout(() => open.forEach((client) => client.terminate()), 500)
      await Promise.all(open.filter((client) => client.readyState !== client.CLOSED).map((client) => once(client, 'close')))
      clearTimeout(impatience)
    },
  }
}

/** Why an upgrade is refused, as a status line. */
function refusalOf(path: string, facts: RequestFacts, { publicUrl, inspectors }: WebSocketParts): string | undefined {
  const isInspector = inspectors.isFor(path)
  if (path !== GRAPHQL_PATH && !isInspector) return '404 Not Found'
  if (!isHost(facts.host)) return '400 Bad Request'
  try {
    assertOurHost(facts, publicUrl)
  } catch {
    return '403 Forbidden'
  }
  if (isInspector) return inspectors.refusalOf(path, facts)
  const byCookie = facts.authorization === undefined && facts.cookie !== undefined
  return byCookie && isForeign(facts, publicUrl) ? '403 Forbidden' : undefined
}

/** @returns false to close the socket with 4403 */
async function connect(
  { connectionParams, extra }: Context<Record<string, unknown>, SocketExtra>,
  access: Access,
): Promise<boolean> {
  const given = connectionParams?.['authorization'] ?? connectionParams?.['Authorization']
  try {
    extra.user = await access.identify(typeof given === 'string' ? { ...extra.facts, authorization: given } : extra.facts)
    return true
  } catch (error) {
    if (error instanceof AshlarError) return false
    throw error
  }
}

function send(client: WebSocket, data: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (client.readyState !== client.OPEN) return resolve()
    client.send(data, (error) => (error ? reject(error) : resolve()))
  })
}

/** Ends a connection whose other side is gone without a word: one that has not answered the last ping. */
function keepAlive(client: WebSocket): NodeJS.Timeout {
  let alive = true
  client.on('pong', () => (alive = true))
  return setInterval(() => {
    if (!alive) return client.terminate()
    alive = false
    client.ping()
  }, PING_EVERY_MS)
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}
