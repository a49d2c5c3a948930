import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Runtime } from '@ashlar/core'
import { DEFAULT_SOCKETS_PER_ADDRESS } from '../base/config.ts'
import { loggerTo, type Logger } from '../base/logger.ts'
import { createAccess } from '../auth/access.ts'
import { createApi, type Api } from '../graphql/api.ts'
import { CALLBACK_PATH } from '../auth/authorization-callback.ts'
import { createClientAddress } from '../base/client-address.ts'
import { createFailureLimit } from '../auth/failure-limit.ts'
import { answerAndClose, closeServer, HOST, listen, type Bound } from '../http/listen.ts'
import type { LoginLink } from '../auth/login.ts'
import { createOrigins } from '../http/origin.ts'
import { isWellFormed } from '../http/request-form.ts'
import { GRAPHQL_PATH } from '../http/routes.ts'
import { createSessionCookie } from '../auth/session-cookie.ts'
import { createSocketOperations, serveInspectors, serveWebSockets, type WebSockets } from '../sockets/index.ts'

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
  /** A link that logs the browser that opens it in, once and within minutes. */
  createLoginLink(userId: string): Promise<LoginLink>
  /** Accepts nothing more, lets answers end, and ends every connection. The runtime stays as it is. Idempotent. */
  close(): Promise<void>
}

export interface GatewayOptions {
  runtime: Runtime
  /** The name under which browsers reach it is made of it. */
  ownerKey: string
  /** Where browsers reach it. @default `http://<random>.localhost` with the port where it listens */
  publicUrl?: string | undefined
  /** WebSockets that one remote address may have; a quarter of them may be unacknowledged. @default 256 */
  socketsPerAddress?: number
  /** The command that prints a login link, as pages and errors show it. @default 'ashlar login' */
  loginCommand?: string
  /** Addresses and networks of proxies whose `X-Forwarded-For` is believed. @default none */
  trustedProxies?: readonly string[]
  /** @default lines on standard error */
  logger?: Logger
}

/** Of a request's body, and of a message on a WebSocket. */
const MAX_BODY_BYTES = 32 * 1024 * 1024
/** Of streams of events and WebSockets, and of other answers. */
const GRACE_MS = 300
const ANSWER_MS = 5000

export function createGateway(options: GatewayOptions): Gateway {
  const { runtime, ownerKey, logger = loggerTo(process.stderr), loginCommand = 'ashlar login' } = options
  const { socketsPerAddress = DEFAULT_SOCKETS_PER_ADDRESS } = options
  const publicUrl = options.publicUrl === undefined ? undefined : new URL(options.publicUrl)
  const origins = createOrigins(ownerKey, publicUrl)
  const cookie = createSessionCookie(publicUrl?.protocol === 'https:')
  const clientAddress = createClientAddress(options.trustedProxies ?? [])
  const failures = createFailureLimit('authentication attempts', logger)
  const loginFailures = createFailureLimit('login attempts', logger)
  const access = createAccess({ runtime, origins, cookieName: cookie.name, failures, loginCommand })
  let serving: { bound: Bound; sockets: WebSockets } | undefined
  let closing: Promise<void> | undefined

  const urlAt = (name: string): string | undefined => options.publicUrl ?? (serving && `http://${name}:${serving.bound.port}`)
  const browserUrl = (): string | undefined => urlAt(origins.browserName)
  const redirectUri = (): string | undefined => {
    const url = urlAt(HOST)
    return url && `${url}${CALLBACK_PATH}`
  }
  const createLink = async (userId: string): Promise<LoginLink> => {
    const { token, expiresAt } = await runtime.browserSessions.createLogin(userId)
    return { url: `${browserUrl() ?? `http://${HOST}`}/login#${token}`, expiresAt }
  }
  const pages = { cookie, createLink, browserUrl, redirectUri, loginCommand }
  const api = createApi({ runtime, access, origins, loginFailures, ...pages, logger, maxBodyBytes: MAX_BODY_BYTES })

  async function close(): Promise<void> {
    if (serving) await Promise.all([closeServer(serving.bound, GRACE_MS, ANSWER_MS), serving.sockets.close()])
    await api.dispose()
  }

  return {
    fetch: async (request) => api.fetch(request),
    async listen(port) {
      const bound = await listen((request, response) => answer(api, request, response, clientAddress), port)
      bound.server.on('connect', refuseTunnel)
      const sockets = serveWebSockets(bound.server, {
        access,
        clientAddress,
        sessions: runtime.browserSessions,
        origins,
        logger,
        maxBytes: MAX_BODY_BYTES,
        limits: { perAddress: socketsPerAddress, unacknowledgedPerAddress: Math.ceil(socketsPerAddress / 4) },
        operations: createSocketOperations(api),
        inspectors: serveInspectors(runtime),
      })
      serving = { bound, sockets }
      return `http://${HOST}:${bound.port}${GRAPHQL_PATH}`
    },
    createLoginLink: createLink,
    close: () => (closing ??= close()),
  }
}

type ClientAddress = ReturnType<typeof createClientAddress>

/** The pipeline answers a request of which no url can be made with its stack. */
function answer(api: Api, request: IncomingMessage, response: ServerResponse, clientAddress: ClientAddress): void {
  if (isWellFormed(request)) void api(request, response, { address: clientAddress(request) })
  else response.writeHead(400, { connection: 'close' }).end()
}

/** CONNECT is for proxies. */
function refuseTunnel(_request: IncomingMessage, socket: Duplex): void {
  answerAndClose(socket, '405 Method Not Allowed', ['Allow: GET, HEAD, POST'])
}
