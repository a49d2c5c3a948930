import { AshlarError } from '@ashlar/core'
import type { Plugin } from 'graphql-yoga'
import type { Logger } from '../base/logger.ts'
import { errorHeaders, unexpectedExtensions } from './mask-error.ts'
import { readRequestOrigin, type Origins } from './origin.ts'
import { errorAnswer } from './request-error.ts'

/** Responds to a request. @param address of the client, see `RequestFacts` */
export type Route = (request: Request, url: URL, address: string) => Response | Promise<Response>

export const GRAPHQL_PATH = '/graphql'

/** The headers of each answer that does not set them itself. The answers of the API depend on all of `vary`. */
const DEFAULT_HEADERS = {
  'cache-control': 'no-store',
  vary: 'Accept, Accept-Encoding, Authorization, Cookie, Origin',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

interface RoutesOptions {
  /** Routes for GET, by path. A path that ends with `/` also serves all paths below it without a further `/`. */
  routes: ReadonlyMap<string, Route>
  /** Routes for POST, by path. */
  actions: ReadonlyMap<string, Route>
  /** Routes for GET requests that accept HTML, by path. Browsers send them when a user opens a URL. */
  pages: ReadonlyMap<string, Route>
  origins: Origins
  logger: Logger
}

/**
 * Handles all requests except GraphQL requests. Responds with 404 to an unknown path and with 403 to a host name that
 * is not ours.
 */
export function useRoutes({ routes, actions, pages, origins, logger }: RoutesOptions): Plugin<object, { address?: string }> {
  return {
    async onRequest({ request, url, serverContext, endResponse, requestHandler, setRequestHandler }) {
      const answer = await route(request, url, serverContext?.address ?? '')
      if (answer) return endResponse(answer)
      setRequestHandler(async (...given) => {
        try {
          return await requestHandler(...given)
        } catch (error) {
          return unexpected(url, error) // the adapter would send the stack trace
        }
      })
    },
    onResponse({ response }) {
      for (const [name, value] of Object.entries(DEFAULT_HEADERS))
        if (!response.headers.has(name)) response.headers.set(name, value)
    },
  }

  async function route(request: Request, url: URL, address: string): Promise<Response | undefined> {
    try {
      origins.assertOurHost(readRequestOrigin((name) => request.headers.get(name), address, url))
      const { pathname } = url
      const reads = request.method === 'GET' || request.method === 'HEAD'
      const page = reads && request.headers.get('accept')?.includes('text/html') ? pages.get(pathname) : undefined
      if (page) return await page(request, url, address)
      if (pathname === GRAPHQL_PATH)
        return request.method === 'GET' || request.method === 'POST' ? undefined : rejectMethod(pathname)
      const found = reads ? findRoute(pathname) : request.method === 'POST' ? actions.get(pathname) : undefined
      return found ? await found(request, url, address) : rejectMethod(pathname)
    } catch (error) {
      if (error instanceof AshlarError) return errorResponse(error)
      return unexpected(url, error)
    }
  }

  /** Returns the route of the path, or that of the folder of the path, such as `/files/`. */
  function findRoute(pathname: string): Route | undefined {
    const folder = pathname.slice(0, pathname.lastIndexOf('/') + 1)
    return routes.get(pathname) ?? (folder === '/' ? undefined : routes.get(folder))
  }

  function unexpected({ pathname }: URL, error: unknown): Response {
    logger.error(`unexpected error at ${pathname}`, error)
    return Response.json({ errors: [{ message: 'Unexpected error.', extensions: unexpectedExtensions() }] }, { status: 500 })
  }

  /** @throws {AshlarError} NOT_FOUND when the path has no route for any method */
  function rejectMethod(pathname: string): Response {
    const allow = pathname === GRAPHQL_PATH ? 'GET, POST' : findMethods(pathname)
    if (allow === '') throw new AshlarError('NOT_FOUND', `no resource at ${pathname}: the API is at ${GRAPHQL_PATH}`)
    return errorAnswer('METHOD_NOT_ALLOWED', 405, `${pathname} accepts only ${allow}`, { allow })
  }

  function findMethods(pathname: string): string {
    return [...(findRoute(pathname) ? ['GET', 'HEAD'] : []), ...(actions.has(pathname) ? ['POST'] : [])].join(', ')
  }
}

function errorResponse(error: AshlarError): Response {
  return errorAnswer(error.code, error.status, error.message, errorHeaders(error))
}
