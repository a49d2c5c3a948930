import { AshlarError } from '@ashlar/core'
import type { Plugin } from 'graphql-yoga'
import type { Logger } from '../logger.ts'
import { assertOurHost, factsOf } from './origin.ts'

/** Answers a GET. */
export type Route = (request: Request, url: URL) => Response | Promise<Response>

export const GRAPHQL_PATH = '/graphql'

export interface RoutesOptions {
  routes: ReadonlyMap<string, Route>
  /** What a browser gets that opens an address: routes whose requests must accept HTML. */
  pages: ReadonlyMap<string, Route>
  /** Where browsers reach us, if not where we listen. */
  publicUrl: URL | undefined
  logger: Logger
}

/** Everything that is not a GraphQL request: `routes` by path, 404 for an unknown path, 403 for a host name that is not ours. */
export function useRoutes({ routes, pages, publicUrl, logger }: RoutesOptions): Plugin {
  return {
    async onRequest({ request, url, endResponse }) {
      const answer = await route(request, url)
      if (answer) endResponse(answer)
    },
    onResponse({ response }) {
      response.headers.set('x-content-type-options', 'nosniff')
      response.headers.set('referrer-policy', 'no-referrer')
    },
  }

  async function route(request: Request, url: URL): Promise<Response | undefined> {
    try {
      assertOurHost(
        factsOf((name) => request.headers.get(name), url),
        publicUrl,
      )
      const reads = request.method === 'GET' || request.method === 'HEAD'
      const page = reads && request.headers.get('accept')?.includes('text/html') ? pages.get(url.pathname) : undefined
      if (page) return await page(request, url)
      if (url.pathname === GRAPHQL_PATH) return undefined
      const found = routes.get(url.pathname)
      if (!found) throw new AshlarError('NOT_FOUND', `there is nothing at ${url.pathname}: the API is at ${GRAPHQL_PATH}`)
      if (reads) return await found(request, url)
      return Response.json(
        { errors: [{ message: `${url.pathname} answers GET only` }] },
        { status: 405, headers: { allow: 'GET, HEAD' } },
      )
    } catch (error) {
      if (error instanceof AshlarError) return errorResponse(error)
      logger.error(`unexpected error at ${url.pathname}`, error)
      return Response.json({ errors: [{ message: 'Unexpected error.' }] }, { status: 500 })
    }
  }
}

/** In the form of GraphQL's errors, so that every client reads them the same way. */
function errorResponse({ code, message, status }: AshlarError): Response {
  return Response.json({ errors: [{ message, extensions: { code } }] }, { status })
}
