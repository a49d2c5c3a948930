import { AshlarError } from '../../../base/index.ts'
import { withoutBodyHeaders, withoutCredentials, type HeaderPairs } from '../message/index.ts'
import { parseTarget } from '../rules/index.ts'

/** One request of an exchange: the first one, or the one after a redirect. */
export interface Hop {
  url: URL
  method: string
  headers: HeaderPairs
  /** A `buffered` body can be sent again, a `streamed` one cannot. */
  body: 'none' | 'buffered' | 'streamed'
  /**
   * Set after a redirect from a public host that the manifest does not name. The request must not reach a private
   * network.
   */
  publicOnly?: boolean
}

/**
 * Returns the request that follows a redirect, or undefined if the response is not a redirect. Source: Fetch standard,
 * 4.4, HTTP-redirect fetch.
 */
export function followRedirect(hop: Hop, status: number, location: string | undefined): Hop | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined
  const url = parseLocation(location, hop.url)
  if (status !== 303 && hop.body === 'streamed')
    throw new AshlarError('HTTP_FAILED', 'http: the server redirects the request, but its streamed body cannot be sent again')
  const { method } = hop
  const becomesGet =
    (status === 303 && method !== 'GET' && method !== 'HEAD') || ((status === 301 || status === 302) && method === 'POST')
  const headers = url.origin === hop.url.origin ? hop.headers : withoutCredentials(hop.headers)
  return becomesGet
    ? { url, method: 'GET', headers: withoutBodyHeaders(headers), body: 'none' }
    : { url, method, headers, body: hop.body }
}

function parseLocation(location: string, base: URL): URL {
  try {
    return parseTarget(location, base)
  } catch (error) {
    if (!(error instanceof AshlarError) || error.code !== 'BAD_INPUT') throw error
    throw new AshlarError('HTTP_FAILED', 'http: the server redirects to an invalid URL', { cause: error })
  }
}
