import type { Plugin } from 'graphql-yoga'
import { errorAnswer } from './request-error.ts'
import { GRAPHQL_PATH } from './routes.ts'

// Pages of other origins call the API with a key in the `Authorization` header. They never use browser sessions: the
// answers do not allow credentials, and `Access.identify` rejects the cookie of a request from another origin.

const ALLOWED_HEADERS =
  'Authorization, Content-Type, Content-Encoding, Last-Event-ID, X-Request-Id, Traceparent, Apollo-Require-Preflight'
const EXPOSED_HEADERS = 'X-Request-Id, Retry-After, WWW-Authenticate'
const MAX_AGE_SECONDS = 7200

/** Lets the pages of other origins call the API. @param allowed origins such as `https://app.example` */
export function useCors(allowed: ReadonlySet<string>): Plugin {
  return {
    onRequest({ request, url, endResponse }) {
      if (request.method !== 'OPTIONS' || url.pathname !== GRAPHQL_PATH) return
      if (!request.headers.has('access-control-request-method')) return
      endResponse(allowed.has(request.headers.get('origin') ?? '') ? acceptPreflight() : rejectPreflight())
    },
    onResponse({ request, response }) {
      const origin = request.headers.get('origin')
      if (origin === null || !allowed.has(origin) || new URL(request.url).pathname !== GRAPHQL_PATH) return
      response.headers.set('access-control-allow-origin', origin)
      response.headers.set('access-control-expose-headers', EXPOSED_HEADERS)
    },
  }
}

function acceptPreflight(): Response {
  const headers = {
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': ALLOWED_HEADERS,
    'access-control-max-age': String(MAX_AGE_SECONDS),
  }
  return new Response(null, { status: 204, headers })
}

function rejectPreflight(): Response {
  return errorAnswer('FORBIDDEN', 403, 'pages of this origin cannot call the API: add the origin to ASHLAR_CORS_ORIGINS')
}
