import { once } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { AshlarError, type Runtime } from '@ashlar/core'
import { handleProtocols, makeServer, type Context } from 'graphql-ws'
import { WebSocketServer } from 'ws'
import type { Logger } from '../base/logger.ts'
import type { Access } from '../auth/authentication.ts'
import { toLimitKey } from '../base/client-address.ts'
import { currentRequest, readRequestScope, runInScope } from '../base/request-scope.ts'
import { answerAndClose } from '../http/listen.ts'
import { readRequestOrigin, type Origins, type RequestFacts } from '../http/origin.ts'
import { isWellFormed } from '../http/request-form.ts'
import { GRAPHQL_PATH } from '../http/routes.ts'
import type { InspectorSockets } from './inspector-sockets.ts'
import { BAD_REQUEST, FORBIDDEN, NOT_FOUND, RATE_LIMITED, type Rejection } from './rejections.ts'
import { serveClient, type SocketExtra } from './socket-client.ts'
import { createSocketPlaces, type SocketLimits } from './socket-places.ts'
import type { SocketOperations } from './socket-operations.ts'

/** GraphQL over WebSocket (`graphql-transport-ws`). */
export interface WebSockets {
  /** Notifies every client that the server is stopping (1001), and ends its connection. */
  close(): Promise<void>
}

interface WebSocketParts {
  access: Access
  clientAddress(request: IncomingMessage): string
  callers: Runtime['callers']
  origins: Origins
  /** Origins whose pages may connect with a key. */
  corsOrigins: ReadonlySet<string>
  logger: Logger
  maxBytes: number
  limits: SocketLimits
  operations: SocketOperations
  inspectors: InspectorSockets
}

/** The time that a client has to send `connection_init`. */
const INIT_WITHIN_MS = 3000

/**
 * Serves `/graphql` of an HTTP server and forwards the connections of debuggers. A client of `/graphql` authenticates
 * with the headers of its upgrade request, or with `connectionParams: { authorization: "Bearer …" }` or `{ pageToken:
 * "…" }`, which have precedence.
 *
 * The server rejects clients in this order:
 *
 * - before the upgrade: 400; 403 for a page of another origin that is not in `corsOrigins`, even with valid
 *   credentials; 404; 429 for too many sockets of one address
 * - after the upgrade: 1009 for more than 64 KiB before the acknowledgement; 4408 without `connection_init` in time;
 *   4403 for an unknown caller, or when an acknowledged caller may do less: its session or key ends, its token
 *   expires, or the user loses a role; 4401 for an
 *   operation before the acknowledgement
 */
export function serveWebSockets(server: Server, parts: WebSocketParts): WebSockets {
  const { access, clientAddress, maxBytes, operations, inspectors } = parts
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxBytes, handleProtocols })
  const admit = createSocketPlaces(parts.limits)
  const protocol = makeServer<Record<string, unknown>, SocketExtra>({
    connectionInitWaitTimeout: INIT_WITHIN_MS,
    onConnect: (context) => connect(context, access),
    ...operations,
  })

  sockets.on('headers', (headers) => headers.push(`X-Request-Id: ${currentRequest()?.id}`))
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy()) // the client closed the connection while we responded
    const facts = readRequestOrigin((name) => readHeader(request, name), clientAddress(request))
    const path = request.url?.split('?', 1)[0] ?? ''
    const refusal = findRejection(request, path, facts, parts)
    if (refusal !== undefined) return answerAndClose(socket, ...refusal)
    const place = admit(toLimitKey(facts.address))
    if (!place) return answerAndClose(socket, ...RATE_LIMITED, ['Retry-After: 1'])
    socket.once('close', place.release)
    if (inspectors.isFor(path)) {
      place.acknowledge() // the token in the path has been checked
      return inspectors.accept(path, request, socket, head)
    }
    const scope = readRequestScope((name) => readHeader(request, name))
    runInScope(scope, () =>
      sockets.handleUpgrade(request, socket, head, (client) =>
        serveClient(client, { socket, facts, place }, { ...parts, protocol }),
      ),
    )
  })

  return {
    async close() {
      inspectors.close()
      const open = [...sockets.clients]
      for (const client of open) client.close(1001, 'Going away')
      const timeout = setTimeout(() => open.forEach((client) => client.terminate()), 500)
      await Promise.all(open.filter((client) => client.readyState !== client.CLOSED).map((client) => once(client, 'close')))
      clearTimeout(timeout)
    },
  }
}

/** The status and the code that reject an upgrade. */
function findRejection(
  request: IncomingMessage,
  path: string,
  facts: RequestFacts,
  { origins, corsOrigins, inspectors }: WebSocketParts,
): Rejection | undefined {
  if (!isWellFormed(request)) return BAD_REQUEST
  const isInspector = inspectors.isFor(path)
  if (path !== GRAPHQL_PATH && !isInspector) return NOT_FOUND
  try {
    origins.assertOurHost(facts)
  } catch {
    return FORBIDDEN
  }
  if (isInspector) return inspectors.findRejection(path, facts)
  return origins.isForeign(facts) && !corsOrigins.has(facts.origin ?? '') ? FORBIDDEN : undefined
}

/** @returns false to close the socket with 4403 */
async function connect(
  { connectionParams, extra }: Context<Record<string, unknown>, SocketExtra>,
  access: Access,
): Promise<boolean> {
  const authorization = connectionParams?.['authorization'] ?? connectionParams?.['Authorization']
  const pageToken = connectionParams?.['pageToken']
  try {
    extra.caller = await access.identify({
      ...extra.facts,
      ...(typeof authorization === 'string' && { authorization }),
      ...(typeof pageToken === 'string' && { pageToken }),
    })
    extra.accept(extra.caller)
    return true
  } catch (error) {
    if (error instanceof AshlarError) return false
    throw error
  }
}

function readHeader(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}
