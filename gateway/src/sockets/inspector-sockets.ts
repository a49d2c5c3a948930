import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Runtime } from '@ashlar/core'
import { WebSocketServer } from 'ws'
import type { RequestFacts } from '../http/origin.ts'

/** Debuggers at plugins that are being written: they speak the Chrome DevTools Protocol over a WebSocket. */
export interface InspectorSockets {
  /** Whether an upgrade request is theirs. */
  isFor(path: string): boolean
  /** @returns why it is refused, as a status line */
  refusalOf(path: string, facts: RequestFacts): string | undefined
  accept(path: string, request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): void
}

/** A message of a debugger: the source of a script that it edits, at most. */
const MAX_BYTES = 32 * 1024 * 1024
const PATH = /^\/inspector\/([\w-]+)$/
const TRY_AGAIN_LATER = 1013
const GOING_AWAY = 1001

/** The path has a token that nobody can guess, see `inspectDevPlugin`; it is all that a debugger can show. */
export function serveInspectors({ devPlugins }: Pick<Runtime, 'devPlugins'>): InspectorSockets {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_BYTES })
  const find = (path: string): ReturnType<typeof devPlugins.inspector> => devPlugins.inspector(PATH.exec(path)?.[1] ?? '')
  return {
    isFor: (path) => PATH.test(path),
    refusalOf(path, { origin }) {
      // A page has no business here, whatever it knows; Chrome's own debugger says that it is one.
      if (origin !== undefined && !origin.startsWith('devtools://')) return '403 Forbidden'
      return find(path) ? undefined : '404 Not Found'
    },
    accept(path, request, socket, head) {
      sockets.handleUpgrade(request, socket, head, (client) => {
        client.on('error', () => client.terminate()) // what it sent is no WebSocket message, or too large
        const attachment = find(path)?.attach({
          message: (json) => client.send(json),
          closed: () => client.close(GOING_AWAY, 'the plugin is gone'),
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
