import { AshlarError, showValue } from '../../../base/index.ts'
import type { Hop } from './redirect.ts'

/**
 * Checks a redirect to a host that the manifest does not name. The request may follow the redirect only if no part of
 * it is specific to the first host: it is a GET or HEAD without a body and a credential, and its headers only state
 * what the client accepts.
 *
 * @param hop the request that is redirected
 * @throws {AshlarError} HTTP_DENIED
 */
export function assertMayFollow({ url: { host: from }, method, headers, body }: Hop, url: URL, hasCredential: boolean): void {
  const header = headers.find(([name]) => !CARRIED.has(name))
  if (method !== 'GET' && method !== 'HEAD') throw denied(url, from, `has the method ${method}`)
  if (body !== 'none') throw denied(url, from, 'has a body')
  if (hasCredential) throw denied(url, from, 'uses a credential')
  if (header) throw denied(url, from, `has the header ${showValue(header[0])}`)
}

const CARRIED = new Set(
  'accept accept-encoding accept-language cache-control if-modified-since if-none-match pragma user-agent'.split(' '),
)

function denied({ host }: URL, from: string, what: string): AshlarError {
  const message = `http: ${from} redirects to ${host}, but the request cannot follow because it ${what}; only a plain GET or HEAD may follow a redirect to another host. Send the request directly to ${host} if it may be sent to that host in full`
  return new AshlarError('HTTP_DENIED', message, { details: { host, from } })
}
