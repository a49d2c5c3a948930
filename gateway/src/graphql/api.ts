import { AshlarError, type Runtime } from '@ashlar/core'
import { buildSchema, buildContext, type SchemaContext } from '@ashlar/schema'
import { createYoga, type YogaServerInstance } from 'graphql-yoga'
import { graphiqlPage, graphiqlRoutes } from '../graphiql/index.ts'
import type { Logger } from '../base/logger.ts'
import { pageRoutes } from '../pages/index.ts'
import type { Access } from '../auth/access.ts'
import { useExactJson } from './exact-json.ts'
import { CALLBACK_PATH, callbackPage, finishAuthorization } from '../auth/authorization-callback.ts'
import { useAuthentication, type RequestContext } from '../auth/authentication.ts'
import type { FailureLimit } from '../auth/failure-limit.ts'
import { healthRoute } from '../http/health.ts'
import { createLoginLink, loginPage, logOut, openSession, type LoginLink } from '../auth/login.ts'
import { createErrorMask } from '../http/mask-error.ts'
import type { Origins } from '../http/origin.ts'
import { useStrictParameters } from './parameters.ts'
import { GRAPHQL_PATH, useRoutes, type Route } from '../http/routes.ts'
import type { SessionCookie } from '../auth/session-cookie.ts'

export type Api = YogaServerInstance<Partial<RequestContext>, SchemaContext>

interface ApiOptions {
  runtime: Runtime
  access: Access
  origins: Origins
  /** Of browser sessions. */
  cookie: SessionCookie
  /** Of login tokens. */
  loginFailures: FailureLimit
  /** A link that logs the user in once. */
  createLink(userId: string): Promise<LoginLink>
  /** Where browsers are logged in, where that is known. */
  browserUrl(): string | undefined
  /** Where services send browsers back to, where that is known. */
  redirectUri(): string | undefined
  /** Prints a login link. */
  loginCommand: string
  logger: Logger
  maxBodyBytes: number
}

/** GraphQL over HTTP, and the few pages around it. */
export function createApi(options: ApiOptions): Api {
  const { runtime, access, origins, redirectUri, logger, maxBodyBytes } = options
  const pages = new Map([[GRAPHQL_PATH, graphiqlPage(options.loginCommand)]])
  return createYoga<Partial<RequestContext>, SchemaContext>({
    schema: buildSchema(),
    context: ({ user }) => {
      if (!user) throw new AshlarError('UNAUTHENTICATED', 'you are not logged in')
      return buildContext({ runtime, user, redirectUri: redirectUri() })
    },
    plugins: [
      useRoutes({ ...routesOf(options), pages, origins, logger }),
      useAuthentication(access, runtime.browserSessions),
      useStrictParameters(),
      useExactJson(),
    ],
    maskedErrors: { maskError: createErrorMask(logger) },
    maxRequestBodySize: maxBodyBytes,
    graphqlEndpoint: GRAPHQL_PATH,
    // Each of these would answer before our routes and without our checks.
    cors: false,
    graphiql: false,
    landingPage: false,
    healthCheckEndpoint: ' ',
    multipart: false,
    logging: false,
  })
}

function routesOf(options: ApiOptions): { routes: ReadonlyMap<string, Route>; actions: ReadonlyMap<string, Route> } {
  const callback = { ...options, authorizations: options.runtime.authorizations }
  const routes = new Map<string, Route>([
    ['/', () => new Response(null, { status: 302, headers: { location: GRAPHQL_PATH } })],
    ['/health', healthRoute(options.runtime)],
    ['/login', loginPage(options.loginCommand)],
    [CALLBACK_PATH, callbackPage(callback)],
    ...pageRoutes,
    ...graphiqlRoutes,
  ])
  const actions = new Map<string, Route>([
    ['/login', openSession(options)],
    ['/login/links', createLoginLink(options)],
    ['/logout', logOut(options)],
    [CALLBACK_PATH, finishAuthorization(callback)],
  ])
  return { routes, actions }
}
