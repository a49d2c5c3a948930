import { AshlarError, type Runtime } from '@ashlar/core'
import { buildSchema, createContext, type SchemaContext } from '@ashlar/schema'
import { createYoga, type YogaServerInstance } from 'graphql-yoga'
import { graphiqlPage, graphiqlRoutes } from '../graphiql/index.ts'
import type { Logger } from '../logger.ts'
import type { Access } from './access.ts'
import { useAuthentication, type Caller } from './authentication.ts'
import { loginRoute } from './login.ts'
import { createErrorMask } from './mask-error.ts'
import { GRAPHQL_PATH, useRoutes, type Route } from './routes.ts'

export type Api = YogaServerInstance<Partial<Caller>, SchemaContext>

export interface ApiOptions {
  runtime: Runtime
  ownerKey: string
  access: Access
  logger: Logger
  maxBodyBytes: number
}

/** GraphQL over HTTP, and the few pages around it. */
export function createApi({ runtime, ownerKey, access, logger, maxBodyBytes }: ApiOptions): Api {
  return createYoga<Partial<Caller>, SchemaContext>({
    schema: buildSchema(),
    context: ({ user }) => {
      if (!user) throw new AshlarError('UNAUTHENTICATED', 'nobody is logged in')
      return createContext({ runtime, user })
    },
    plugins: [useRoutes(routesOf(ownerKey), new Map([[GRAPHQL_PATH, graphiqlPage]]), logger), useAuthentication(access)],
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

function routesOf(ownerKey: string): ReadonlyMap<string, Route> {
  return new Map<string, Route>([
    ['/', () => new Response(null, { status: 302, headers: { location: GRAPHQL_PATH } })],
    ['/health', () => Response.json({ status: 'ok' }, { headers: { 'cache-control': 'no-store' } })],
    ['/login', loginRoute(ownerKey)],
    ...graphiqlRoutes,
  ])
}
