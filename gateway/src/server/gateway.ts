import { MAX_BODY_BYTES } from '../http/limits.ts'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Runtime, SignUpPolicy } from '@ashlar/core'
import { DEFAULT_SOCKETS_PER_ADDRESS } from '../base/config.ts'
import { loggerTo, type Logger } from '../base/logger.ts'
import { withRequestIds } from '../base/request-scope.ts'
import { createAccess } from '../auth/authentication.ts'
import { createApi, type Api } from '../graphql/api.ts'
import { CALLBACK_PATH } from '../auth/authorization-callback.ts'
import { createClientAddress } from '../base/client-address.ts'
import { createFailureLimit } from '../auth/failure-limit.ts'
import { answerAndClose, closeServer, exposureWarning, listen, LOOPBACK, toUrlHost, type Bound } from '../http/listen.ts'
import type { LoginLink } from '../auth/login.ts'
import type { TokenIssuer } from '../base/token-issuer.ts'
import { createTokenAccess } from '../auth/token-access.ts'
import { createOrigins } from '../http/origin.ts'
import { formatError } from '../http/request-error.ts'
import { isWellFormed } from '../http/request-form.ts'
import { GRAPHQL_PATH } from '../http/routes.ts'
import { createMailSender, type MailSettings } from '../auth/sign-in/index.ts'
import { createSessionCookie } from '../auth/session-cookie.ts'
import { createSocketOperations, serveInspectors, serveWebSockets, type WebSockets } from '../sockets/index.ts'

/** The API of a runtime, over HTTP and WebSocket. */
export interface Gateway {
  /** Answers a request without a port. */
  fetch(request: Request): Promise<Response>
  /**
   * Call it once. Logs a warning if other machines can reach the address.
   *
   * @param port 0 selects a free port
   * @param host an IP address or a name of this machine. @default 127.0.0.1
   * @returns the URL of the API, as this machine reaches it: `http://127.0.0.1:4000/graphql`
   * @throws {AshlarError} PORT_TAKEN CONFIG_INVALID
   */
  listen(port: number, host?: string): Promise<string>
  /** Creates a link that logs in one browser. It works once and expires after ten minutes. */
  createLoginLink(userId: string): Promise<LoginLink>
  /**
   * Rejects new connections, finishes pending responses and closes all connections. Does not close the runtime.
   * Idempotent.
   */
  close(): Promise<void>
}

export interface GatewayOptions {
  runtime: Runtime
  /** Determines the host name `<random>.localhost`, under which browsers reach the server. */
  ownerKey: string
  /** URL at which browsers reach the server. @default `http://<random>.localhost` with its port */
  publicUrl?: string | undefined
  /** Maximum number of WebSockets per client address; a quarter of them may be unacknowledged. @default 256 */
  socketsPerAddress?: number
  /** The command that prints a login link, as shown in pages and errors. @default 'ashlar login' */
  loginCommand?: string
  /** Addresses and networks of proxies whose `X-Forwarded-For` header is trusted. @default none */
  trustedProxies?: readonly string[]
  /** Origins whose pages may call the API with a key, such as `https://app.example`. @default none */
  corsOrigins?: readonly string[]
  /** Issuers whose JWTs authenticate callers. @default none */
  tokenIssuers?: readonly TokenIssuer[]
  /** Who may create a user. @default 'invitation' */
  signUpPolicy?: SignUpPolicy
  /** The mail server for links. @default none: an administrator creates links */
  mail?: MailSettings | undefined
  /** @default lines on standard error */
  logger?: Logger
}

/** How long event streams and WebSockets may stay open after the start of `close`. */
const GRACE_MS = 300
/** How long other responses may take after the start of `close`. */
const ANSWER_MS = 5000

export function createGateway(options: GatewayOptions): Gateway {
  const { runtime, ownerKey, loginCommand = 'ashlar login', socketsPerAddress = DEFAULT_SOCKETS_PER_ADDRESS } = options
  const logger = withRequestIds(options.logger ?? loggerTo(process.stderr))
  const corsOrigins = new Set(options.corsOrigins)
  const publicUrl = options.publicUrl === undefined ? undefined : new URL(options.publicUrl)
  let serving: { bound: Bound; sockets: WebSockets } | undefined
  const listeningHost = (): string => toUrlHost(serving?.bound.address ?? LOOPBACK)
  const origins = createOrigins(ownerKey, publicUrl, listeningHost)
  const cookie = createSessionCookie(publicUrl?.protocol === 'https:')
  const clientAddress = createClientAddress(options.trustedProxies ?? [])
  const failures = createFailureLimit('authentication attempts', logger)
  const loginFailures = createFailureLimit('login attempts', logger)
  const tokens = createTokenAccess({ issuers: options.tokenIssuers ?? [], runtime, failures, logger })
  const access = createAccess({ runtime, origins, cookieName: cookie.name, tokens, failures, loginCommand })
  let closing: Promise<void> | undefined

  const urlAt = (name: string): string | undefined => options.publicUrl ?? (serving && `http://${name}:${serving.bound.port}`)
  const browserUrl = (): string | undefined => urlAt(origins.browserName())
  const redirectUri = (url = urlAt(listeningHost())): string | undefined => url && `${url}${CALLBACK_PATH}`
  const createLink = async (userId: string): Promise<LoginLink> => {
    const { token, expiresAt } = await runtime.browserSessions.createLogin(userId)
    return { url: `${browserUrl() ?? `http://${LOOPBACK}`}/login#${token}`, expiresAt }
  }
  const signIn = createSignInParts(options, logger)
  const pages = { cookie, createLink, browserUrl, redirectUri, loginCommand, tokenIssuers: tokens.states, ...signIn }
  const api = createApi({ runtime, access, origins, corsOrigins, loginFailures, ...pages, logger, maxBodyBytes: MAX_BODY_BYTES })

  async function close(): Promise<void> {
    if (serving) await Promise.all([closeServer(serving.bound, GRACE_MS, ANSWER_MS), serving.sockets.close()])
    await api.dispose()
    tokens.close()
  }

  return {
    fetch: async (request) => api.fetch(request),
    async listen(port, host) {
      const bound = await listen((request, response) => answer(api, request, response, clientAddress), port, host)
      bound.server.on('connect', refuseTunnel)
      const sockets = serveWebSockets(bound.server, {
        access,
        clientAddress,
        callers: runtime.callers,
        origins,
        corsOrigins,
        logger,
        maxBytes: MAX_BODY_BYTES,
        limits: { perAddress: socketsPerAddress, unacknowledgedPerAddress: Math.ceil(socketsPerAddress / 4) },
        operations: createSocketOperations(api),
        inspectors: serveInspectors(runtime),
      })
      serving = { bound, sockets }
      const warning = exposureWarning(bound)
      if (warning !== undefined) logger.info(warning)
      return `http://${listeningHost()}:${bound.port}${GRAPHQL_PATH}`
    },
    createLoginLink: createLink,
    close: () => (closing ??= close()),
  }
}

function createSignInParts({ mail, signUpPolicy = 'invitation' }: GatewayOptions, logger: Logger) {
  const signInAttempts = createFailureLimit('sign-in attempts', logger)
  return { signInAttempts, signUpPolicy, sendMail: mail && createMailSender(mail, logger) }
}

const MALFORMED = formatError('BAD_REQUEST', 'the request must have a path and one valid Host header')

type ClientAddress = ReturnType<typeof createClientAddress>

/** Rejects requests from which no URL can be built: the GraphQL server would respond with a stack trace. */
function answer(api: Api, request: IncomingMessage, response: ServerResponse, clientAddress: ClientAddress): void {
  if (isWellFormed(request)) void api(request, response, { address: clientAddress(request) })
  else response.writeHead(400, { connection: 'close', 'content-type': 'application/json' }).end(MALFORMED)
}

/** Rejects CONNECT, which only proxies support. */
function refuseTunnel(_request: IncomingMessage, socket: Duplex): void {
  answerAndClose(socket, '405 Method Not Allowed', 'METHOD_NOT_ALLOWED', ['Allow: GET, HEAD, POST'])
}
