import type { Duplex } from 'node:stream'
import { AshlarError, type Runtime } from '@ashlar/core'
import { CloseCode, type Server as Protocol } from 'graphql-ws'
import type { WebSocket } from 'ws'
import type { Logger } from '../base/logger.ts'
import { bindToScope } from '../base/request-scope.ts'
import type { Caller } from '@ashlar/core'
import { JsonCheck } from '../graphql/limits/index.ts'
import type { RequestFacts } from '../http/origin.ts'
import { LargeResults } from './large-results.ts'
import type { SocketPlace } from './socket-places.ts'

/** The data of one client. */
export interface SocketExtra extends Record<PropertyKey, unknown> {
  facts: RequestFacts
  largeResults: LargeResults
  /** Called once, when the client is acknowledged. */
  accept(caller: Caller): void
  caller?: Caller
}

interface ClientParts {
  protocol: Protocol<SocketExtra>
  callers: Runtime['callers']
  logger: Logger
}

/** The connection whose upgrade created the client. */
interface Connection {
  socket: Duplex
  facts: RequestFacts
  place: SocketPlace
}

const PING_EVERY_MS = 12_000
/** The total number of bytes that a client may send before it is acknowledged: it needs one message with its key. */
const MAX_BYTES_BEFORE_ACKNOWLEDGEMENT = 64 * 1024
/** The bytes of results that wait for a client to read them. Beyond it, the client is closed. */
const MAX_UNREAD_BYTES = 32 * 1024 * 1024
const MESSAGE_TOO_BIG = 1009
const TRY_AGAIN_LATER = 1013
/** A query is in `payload.query` of a message. */
const QUERY_DEPTH = 2
/** Source: RFC 6455, section 5.5. */
const MAX_REASON_BYTES = 123
/** The time that a client has to close after the server requests it. */
const CLOSE_WITHIN_MS = 500

/** Speaks GraphQL with one client until it closes, in the scope of the request that opened the connection. */
export function serveClient(client: WebSocket, { socket, facts, place }: Connection, parts: ClientParts): void {
  const { protocol, callers, logger } = parts
  const ping = keepAlive(client)
  const removeLimit = limitBytes(client, socket)
  client.on('error', () => cutSoon(client)) // an invalid or too large message: `ws` has sent the close code
  const accept = (caller: Caller): void => {
    removeLimit()
    place.acknowledge()
    if (client.readyState === client.CLOSED) return
    const stop = callers.onEnd(caller, () => closeSoon(client, CloseCode.Forbidden, 'Your access has ended or changed'))
    client.once('close', stop)
  }
  const fail = (error: unknown): void => {
    logger.error('unexpected error on a WebSocket', error)
    client.close(CloseCode.InternalServerError, 'Unexpected error.')
  }
  const largeResults = new LargeResults()
  const closed = protocol.opened(
    {
      protocol: client.protocol,
      send: (data) => send(client, largeResults.insertData(data)),
      close: (code, reason) => client.close(code, reason),
      onMessage: (handle) =>
        client.on(
          'message',
          bindToScope((data) => void receive(client, data as Buffer, handle).catch(fail)),
        ),
    },
    { facts, accept, largeResults },
  )
  client.once('close', (code, reason) => {
    clearInterval(ping)
    closed(code, String(reason))?.catch((error: unknown) => logger.error('unexpected error at the end of a WebSocket', error))
  })
}

/**
 * Closes a client that sends too many bytes, in complete or partial messages.
 *
 * @returns a function that removes the limit
 */
function limitBytes(client: WebSocket, socket: Duplex): () => void {
  let bytes = 0
  const count = (chunk: Buffer): void => {
    bytes += chunk.length
    if (bytes <= MAX_BYTES_BEFORE_ACKNOWLEDGEMENT) return
    remove()
    closeSoon(client, MESSAGE_TOO_BIG, 'Too many bytes before the acknowledgement')
    client.pause() // the bytes that follow stay in the buffers of the client
  }
  const remove = (): void => void socket.off('data', count)
  socket.on('data', count)
  return remove
}

/** Handles a message. Closes a client whose message exceeds a limit of the API. */
async function receive(client: WebSocket, data: Buffer, handle: (text: string) => Promise<void>): Promise<void> {
  if (client.readyState !== client.OPEN) return
  try {
    new JsonCheck(QUERY_DEPTH).push(data)
  } catch (error) {
    if (!(error instanceof AshlarError)) throw error
    return closeSoon(client, MESSAGE_TOO_BIG, error.message.slice(0, MAX_REASON_BYTES))
  }
  await handle(String(data))
}

/** Closes a client. Cuts the connection if the client does not close it in time. */
function closeSoon(client: WebSocket, code: number, reason: string): void {
  client.close(code, reason)
  cutSoon(client)
}

function cutSoon(client: WebSocket): void {
  const timeout = setTimeout(() => client.terminate(), CLOSE_WITHIN_MS)
  client.once('close', () => clearTimeout(timeout))
}

/** Resolves when the message is sent, or when the client has disconnected, which ends its operations. */
function send(client: WebSocket, data: string): Promise<void> {
  return new Promise((resolve) => {
    if (client.bufferedAmount > MAX_UNREAD_BYTES && client.readyState === client.OPEN)
      closeSoon(client, TRY_AGAIN_LATER, 'Read the results of your queries before you send more')
    if (client.readyState !== client.OPEN) return resolve()
    client.send(data, () => resolve())
  })
}

/** Ends a dead connection, which has not responded to the last ping. */
function keepAlive(client: WebSocket): NodeJS.Timeout {
  let alive = true
  client.on('pong', () => (alive = true))
  return setInterval(() => {
    if (!alive) return client.terminate()
    alive = false
    client.ping()
  }, PING_EVERY_MS)
}
