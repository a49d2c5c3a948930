import { AshlarError } from '../../../errors/index.ts'
import { withoutBodyHeaders, withoutCredentials, type HeaderPairs } from '../headers.ts'
import { parseTarget } from '../rules/target.ts'

/** One request as it goes out, before or after a redirect. */
export interface Hop {
  url: URL
  method: string
  headers: HeaderPairs
  /** `none`, one whose bytes are kept, or one that is gone once it is sent. */
  body: 'none' | 'kept' | 'streamed'
  /** Of a redirect from a public host that the manifest did not name: it may not lead into private networks. */
  publicOnly?: boolean
}

/** The request that a response redirects to, by the rules of the Fetch standard (4.4, HTTP-redirect fetch); undefined when it does not. */
export function redirected(hop: Hop, status: number, location: string | undefined): Hop | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined
  const url = targetOf(location, hop.url)
  if (status !== 303 && hop.body === 'streamed')
    throw new AshlarError('HTTP_FAILED', 'http: the server redirects the request, and its streamed body cannot be sent again')
  const { method } = hop
  const becomesGet =
    (status === 303 && method !== 'GET' && method !== 'HEAD') || ((status === 301 || status === 302) && method === 'POST')
  const headers = url.origin === hop.url.origin ? hop.headers : withoutCredentials(hop.headers)
  return becomesGet
    ? { url, method: 'GET', headers: withoutBodyHeaders(headers), body: 'none' }
    : { url, method, headers, body: hop.body }
}

function targetOf(location: string, base: URL): URL {
  try {
    return parseTarget(location, base)
  } catch (error) {
    if (!(error instanceof AshlarError) || error.code !== 'BAD_INPUT') throw error
    throw new AshlarError('HTTP_FAILED', 'http: the server redirects to what is not a valid url', { cause: error })
  }
}
