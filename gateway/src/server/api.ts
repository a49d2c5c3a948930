import { AshlarError, type Runtime } from '@ashlar/core'
import { buildSchema, createContext, type SchemaContext } from '@ashlar/schema'
import { createYoga, type YogaServerInstance } from 'graphql-yoga'
import { graphiqlPage, graphiqlRoutes } from '../graphiql/index.ts'
import type { Logger } from '../logger.ts'
import type { Access } from './access.ts'
import { CALLBACK_PATH, callbackRoute } from './authorization-callback.ts'
import { useAuthentication, type Caller } from './authentication.ts'
import { healthRoute } from './health.ts'
import { loginRoute } from './login.ts'
import { createErrorMask } from './mask-error.ts'
import { GRAPHQL_PATH, useRoutes, type Route } from './routes.ts'

export type Api = YogaServerInstance<Partial<Caller>, SchemaContext>

export interface ApiOptions {
  runtime: Runtime
  ownerKey: string
  access: Access
  /** Where browsers reach us, if not where we listen. */
  publicUrl: URL | undefined
  /** Where services send browsers back to, where that is known. */
  redirectUri(): string | undefined
  logger: Logger
  maxBodyBytes: number
}

/** GraphQL over HTTP, and the few pages around it. */
export function createApi(options: ApiOptions): Api {
  const { runtime, access, publicUrl, redirectUri, logger, maxBodyBytes } = options
  const pages = new Map([[GRAPHQL_PATH, graphiqlPage]])
  return createYoga<Partial<Caller>, SchemaContext>({
    schema: buildSchema(),
    context: ({ user }) => {
      if (!user) throw new AshlarError('UNAUTHENTICATED', 'nobody is logged in')
      return createContext({ runtime, user, redirectUri: redirectUri() })
    },
    plugins: [useRoutes({ routes: routesOf(options), pages, publicUrl, logger }), useAuthentication(access)],
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

function routesOf({ runtime, ownerKey, access }: ApiOptions): ReadonlyMap<string, Route> {
  return new Map<string, Route>([
    ['/', () => new Response(null, { status: 302, headers: { location: GRAPHQL_PATH } })],
    ['/health', healthRoute(runtime)],
    ['/login', loginRoute(ownerKey)],
    [CALLBACK_PATH, callbackRoute(runtime.authorizations, access)],
    ...graphiqlRoutes,
  ])
}
