import type { Runtime } from '@ashlar/core'
import { loggerTo, type Logger } from '../logger.ts'
import { createAccess } from './access.ts'
import { createApi } from './api.ts'
import { CALLBACK_PATH } from './authorization-callback.ts'
import { serveInspectors } from './inspector-sockets.ts'
import { closeServer, HOST, listen, type Bound } from './listen.ts'
import { isHost } from './origin.ts'
import { GRAPHQL_PATH } from './routes.ts'
import { createSocketOperations } from './socket-operations.ts'
import { serveWebSockets, type WebSockets } from './web-sockets.ts'

/** The API of a runtime, over HTTP and WebSocket. */
export interface Gateway {
  /** Answers a request without a port. */
  fetch(request: Request): Promise<Response>
  /**
   * Once only.
   *
   * @param port 0 takes any free one
   * @returns the url of the API: `http://127.0.0.1:4000/graphql`
   * @throws {AshlarError} PORT_TAKEN CONFIG_INVALID
   */
  listen(port: number): Promise<string>
  /** Accepts nothing more, lets answers end, and ends every connection. The runtime stays as it is. Idempotent. */
  close(): Promise<void>
}

export interface GatewayOptions {
  runtime: Runtime
  /** Opens `/login`, and signs the cookies that it gives. */
  ownerKey: string
  /** Where browsers reach it. @default where it listens */
  publicUrl?: string | undefined
  /** @default lines on standard error */
  logger?: Logger
}

/** Of a request's body, and of a message on a WebSocket. */
const MAX_BODY_BYTES = 32 * 1024 * 1024
/** Of streams of events and WebSockets, and of other answers. */
const GRACE_MS = 300
const ANSWER_MS = 5000

export function createGateway({ runtime, ownerKey, logger = loggerTo(process.stderr), ...options }: GatewayOptions): Gateway {
  const publicUrl = options.publicUrl === undefined ? undefined : new URL(options.publicUrl)
  const access = createAccess(runtime.accounts, ownerKey, publicUrl)
  let address = options.publicUrl
  const redirectUri = (): string | undefined => address && `${address}${CALLBACK_PATH}`
  const api = createApi({ runtime, ownerKey, access, publicUrl, redirectUri, logger, maxBodyBytes: MAX_BODY_BYTES })
  let serving: { bound: Bound; sockets: WebSockets } | undefined
  let closing: Promise<void> | undefined

  async function close(): Promise<void> {
    if (serving) await Promise.all([closeServer(serving.bound, GRACE_MS, ANSWER_MS), serving.sockets.close()])
    await api.dispose()
  }

  return {
    fetch: async (request) => api.fetch(request),
    async listen(port) {
      const bound = await listen((request, response) => {
        // The url of a request is made of it, and the pipeline has no answer but its stack to one that is none.
        if (isHost(request.headers.host ?? HOST)) void api(request, response)
        else response.writeHead(400, { connection: 'close' }).end()
      }, port)
      const sockets = serveWebSockets(bound.server, {
        access,
        publicUrl,
        logger,
        maxBytes: MAX_BODY_BYTES,
        operations: createSocketOperations(api),
        inspectors: serveInspectors(runtime),
      })
      serving = { bound, sockets }
      const local = `http://${HOST}:${bound.port}`
      address ??= local
      return `${local}${GRAPHQL_PATH}`
    },
    close: () => (closing ??= close()),
  }
}
