import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Runtime } from '@ashlar/core'
import { WebSocketServer } from 'ws'
import type { RequestFacts } from '../http/origin.ts'
import { FORBIDDEN, NOT_FOUND, type Rejection } from './rejections.ts'

/** Connects debuggers to development plugins, with the Chrome DevTools Protocol over WebSockets. */
export interface InspectorSockets {
  /** Whether an upgrade request for this path is for a debugger. */
  isFor(path: string): boolean
  /** @returns undefined to accept the request */
  findRejection(path: string, facts: RequestFacts): Rejection | undefined
  accept(path: string, request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): void
}

/** Limit for a message of a debugger. The largest messages contain the source of a script. */
const MAX_BYTES = 32 * 1024 * 1024
const PATH = /^\/inspector\/([\w-]+)$/
const TRY_AGAIN_LATER = 1013
const GOING_AWAY = 1001

/** The path contains a secret token, see `inspectDevPlugin`. Debuggers support no other authentication. */
export function serveInspectors({ devPlugins }: Pick<Runtime, 'devPlugins'>): InspectorSockets {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_BYTES })
  const find = (path: string): ReturnType<typeof devPlugins.inspector> => devPlugins.inspector(PATH.exec(path)?.[1] ?? '')
  return {
    isFor: (path) => PATH.test(path),
    findRejection(path, { origin }) {
      // Web pages are rejected even with the token. Chrome's debugger sends the origin `devtools://…`.
      if (origin !== undefined && !origin.startsWith('devtools://')) return FORBIDDEN
      return find(path) ? undefined : NOT_FOUND
    },
    accept(path, request, socket, head) {
      sockets.handleUpgrade(request, socket, head, (client) => {
        client.on('error', () => client.terminate()) // an invalid or too large WebSocket message
        const attachment = find(path)?.attach({
          message: (json) => client.send(json),
          closed: () => client.close(GOING_AWAY, 'the plugin was removed'),
        })
        if (!attachment) return client.close(TRY_AGAIN_LATER, 'another debugger is attached')
        client.on('message', (data) => attachment.send(String(data)))
        client.once('close', () => attachment.detach())
      })
    },
    close() {
      for (const client of sockets.clients) client.terminate()
    },
  }
}
