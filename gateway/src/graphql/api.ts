import { AshlarError, DOWNLOAD_PATH, type Runtime, type SignUpPolicy } from '@ashlar/core'
import { buildSchema, buildContext, type SchemaContext } from '@ashlar/schema'
import { createYoga, type YogaServerInstance } from 'graphql-yoga'
import { schemaRoutes } from '../graph-files/index.ts'
import { graphiqlPage, graphiqlRoutes } from '../graphiql/index.ts'
import type { Logger } from '../base/logger.ts'
import { pageRoutes } from '../pages/index.ts'
import type { Access } from '../auth/authentication.ts'
import { useAccept } from './accept.ts'
import { useExactJson } from './exact-json.ts'
import { CALLBACK_PATH, callbackPage, finishAuthorization } from '../auth/authorization-callback.ts'
import { useAuthentication, type RequestContext } from '../auth/use-authentication.ts'
import type { FailureLimit } from '../auth/failure-limit.ts'
import { downloadRoute } from '../http/download.ts'
import { useCompression } from '../http/compression.ts'
import { useCors } from '../http/cors.ts'
import type { IssuerState } from '../auth/jwt/index.ts'
import { healthRoute } from '../http/health.ts'
import { signInActions, signInPages, type SendMail } from '../auth/sign-in/index.ts'
import { createLoginLink, loginPage, logOut, openSession, type LoginLink } from '../auth/login.ts'
import { createErrorMask } from '../http/mask-error.ts'
import type { Origins } from '../http/origin.ts'
import { createBodyCheck, useLimits, useSlices } from './limits/index.ts'
import { useStrictParameters } from './parameters.ts'
import { useRequestBody } from '../http/request-body.ts'
import { useRequestIds } from '../http/request-ids.ts'
import { GRAPHQL_PATH, useRoutes, type Route } from '../http/routes.ts'
import type { SessionCookie } from '../auth/session-cookie.ts'
import { useSubscriptions } from './subscriptions.ts'

export type Api = YogaServerInstance<Partial<RequestContext>, SchemaContext>

interface ApiOptions {
  runtime: Runtime
  access: Access
  origins: Origins
  /** Origins whose pages may call the API with a key. */
  corsOrigins: ReadonlySet<string>
  /** The cookie of browser sessions. */
  cookie: SessionCookie
  /** Limits attempts with invalid login tokens. */
  loginFailures: FailureLimit
  /** Limits attempts to sign in and to sign up. */
  signInAttempts: FailureLimit
  signUpPolicy: SignUpPolicy
  /** Undefined when the server sends no mail. */
  sendMail: SendMail | undefined
  /** Creates a link that logs the user in once. */
  createLink(userId: string): Promise<LoginLink>
  /** The URL at which browsers log in; undefined before the server listens. */
  browserUrl(): string | undefined
  /** The URL to which OAuth services redirect browsers; undefined before the server listens. */
  redirectUri(): string | undefined
  /** The command that prints a login link. */
  loginCommand: string
  /** The states of the issuers of tokens. */
  tokenIssuers(): readonly IssuerState[]
  logger: Logger
  maxBodyBytes: number
}

/** Serves GraphQL over HTTP, and the pages of the server. */
export function createApi(options: ApiOptions): Api {
  const { runtime, access, origins, redirectUri, logger, maxBodyBytes } = options
  const pages = new Map([[GRAPHQL_PATH, graphiqlPage(options.loginCommand)]])
  return createYoga<Partial<RequestContext>, SchemaContext>({
    schema: buildSchema(),
    context: ({ caller, request }) => {
      if (!caller) throw new AshlarError('UNAUTHENTICATED', 'you are not logged in')
      const lastEventId = request?.headers.get('last-event-id') ?? undefined // no request on a WebSocket
      return buildContext({ runtime, caller, redirectUri: redirectUri(), lastEventId })
    },
    plugins: [
      useRequestIds(),
      useCors(options.corsOrigins),
      useRoutes({ ...buildRoutes(options), pages, cacheable: CACHEABLE, isSecure: options.cookie.isSecure, origins, logger }),
      useAccept(),
      useAuthentication(access, runtime.callers),
      useStrictParameters(),
      useExactJson(),
      useLimits(runtime.costLimits),
      useRequestBody(maxBodyBytes, createBodyCheck),
      useSubscriptions(),
      useSlices(),
      useCompression(),
    ],
    parserAndValidationCache: false, // see `useLimits`
    maskedErrors: { maskError: createErrorMask(logger) },
    maxRequestBodySize: false, // see useRequestBody
    graphqlEndpoint: GRAPHQL_PATH,
    // Each of these would respond before our routes, without our checks.
    cors: false,
    graphiql: false,
    landingPage: false,
    healthCheckEndpoint: ' ',
    multipart: false,
    logging: false,
  })
}

/** The files of pages and the JSON Schemas. */
const CACHEABLE = new Set([...pageRoutes.keys(), ...schemaRoutes.keys(), ...graphiqlRoutes.keys()])

function buildRoutes(options: ApiOptions): { routes: ReadonlyMap<string, Route>; actions: ReadonlyMap<string, Route> } {
  const routes = new Map<string, Route>([
    ['/', () => new Response(null, { status: 302, headers: { location: GRAPHQL_PATH } })],
    ['/health', healthRoute(options.runtime, options.tokenIssuers)],
    ['/login', loginPage(options.loginCommand)],
    [CALLBACK_PATH, callbackPage(options)],
    [DOWNLOAD_PATH, downloadRoute(options.runtime.executionFiles)],
    ...signInPages(options),
    ...pageRoutes,
    ...schemaRoutes,
    ...graphiqlRoutes,
  ])
  const actions = new Map<string, Route>([
    ['/login', openSession(options)],
    ['/login/links', createLoginLink(options)],
    ...signInActions(options),
    ['/logout', logOut(options)],
    [CALLBACK_PATH, finishAuthorization(options)],
  ])
  return { routes, actions }
}
