import { EventEmitter } from 'node:events'
import { Socket } from 'node:net'
import type { Runtime } from '@ashlar/core'
import type { Server, WebSocket as ProtocolSocket } from 'graphql-ws'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { readRequestOrigin } from '../http/origin.ts'
import { serveClient, type SocketExtra } from './socket-client.ts'

/** A client that disconnects while the server writes to it. */
class DisconnectingClient extends EventEmitter {
  readonly readyState = WebSocket.OPEN
  readonly OPEN = WebSocket.OPEN
  send(_data: string, sent: (error: Error) => void): void {
    sent(new Error('write EPIPE'))
  }
}

it('treats a client that disconnects during a write as the end of the client, not as an error', async () => {
  const client = new DisconnectingClient() as unknown as WebSocket
  const opened = Promise.withResolvers<ProtocolSocket>()
  const protocol: Server<SocketExtra> = {
    opened(socket) {
      opened.resolve(socket)
      return () => Promise.resolve()
    },
  }
  const logged: string[] = []
  const facts = readRequestOrigin(() => undefined, '127.0.0.1')
  const connection = { socket: new Socket(), facts, place: { acknowledge: () => undefined, release: () => undefined } }
  const logger = { info: () => undefined, error: (message: string) => void logged.push(message) }
  serveClient(client, connection, { protocol, callers: {} as Runtime['callers'], logger })
  const socket = await opened.promise
  socket.onMessage((message) => Promise.resolve(socket.send(message)))
  client.emit('message', Buffer.from('{"type":"ping"}'))
  await expect(socket.send('{}')).resolves.toBeUndefined()
  client.emit('close', 1006, Buffer.alloc(0))
  expect(logged).toEqual([])
})
