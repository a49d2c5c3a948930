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
  vary: 'Accept, Accept-Encoding, Authorization, Cookie, Origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
}
const DEFAULTS = Object.entries(DEFAULT_HEADERS)
/** For answers that are not pages. A browser that displays one loads and runs nothing. */
const DATA_POLICY = `default-src 'none'; frame-ancestors 'none'; sandbox`
/** A year, as the preload lists of browsers require. */
const HSTS = 'max-age=31536000'

interface RoutesOptions {
  /** Routes for GET, by path. A path that ends with `/` also serves all paths below it without a further `/`. */
  routes: ReadonlyMap<string, Route>
  /** Routes for POST, by path. */
  actions: ReadonlyMap<string, Route>
  /** Routes for GET requests that accept HTML, by path. Browsers send them when a user opens a URL. */
  pages: ReadonlyMap<string, Route>
  /** The paths whose answers are the same for everyone, so that caches may store them. All others are private. */
  cacheable: ReadonlySet<string>
  /** Whether browsers reach the server only over https. */
  isSecure: boolean
  origins: Origins
  logger: Logger
}

/**
 * Handles all requests except GraphQL requests. Responds with 404 to an unknown path and with 403 to a host name that
 * is not ours.
 */
export function useRoutes({
  routes,
  actions,
  pages,
  cacheable,
  isSecure,
  origins,
  logger,
}: RoutesOptions): Plugin<object, { address?: string }> {
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
    onResponse({ request, response: { headers } }) {
      const isPublic = headers.get('cache-control')?.startsWith('public') && cacheable.has(new URL(request.url).pathname)
      setHeaders(headers, { isPublic: isPublic ?? false, isSecure })
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
      const found = reads ? findRoute(routes, pathname) : request.method === 'POST' ? actions.get(pathname) : undefined
      return found ? await found(request, url, address) : rejectMethod(pathname)
    } catch (error) {
      if (error instanceof AshlarError) return errorResponse(error)
      return unexpected(url, error)
    }
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
    return [...(findRoute(routes, pathname) ? ['GET', 'HEAD'] : []), ...(actions.has(pathname) ? ['POST'] : [])].join(', ')
  }
}

/** Returns the route of the path, or that of the folder of the path, such as `/files/`. */
function findRoute(routes: RoutesOptions['routes'], pathname: string): Route | undefined {
  const folder = pathname.slice(0, pathname.lastIndexOf('/') + 1)
  return routes.get(pathname) ?? (folder === '/' ? undefined : routes.get(folder))
}

function setHeaders(headers: Headers, { isPublic, isSecure }: { isPublic: boolean; isSecure: boolean }): void {
  if (!isPublic) headers.set('cache-control', 'no-store, private')
  if (!isPublic && !headers.has('content-security-policy')) headers.set('content-security-policy', DATA_POLICY)
  if (isSecure) headers.set('strict-transport-security', HSTS)
  for (const [name, value] of DEFAULTS) if (!headers.has(name)) headers.set(name, value)
}

function errorResponse(error: AshlarError): Response {
  return errorAnswer(error.code, error.status, error.message, errorHeaders(error))
}
