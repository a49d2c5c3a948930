import type { IncomingMessage } from 'node:http'
import { isHost } from './origin.ts'

/**
 * Whether a url can be made of a request: its target is a path (no absolute form, which is for proxies, no `*`, no authority), it is of
 * HTTP/1.0 or 1.1, and it has one `Host`, which a client of HTTP/1.0 may leave out. Anything else is answered 400 before the pipeline sees it.
 */
export function isWellFormed({ url = '', headersDistinct, headers, httpVersion }: IncomingMessage): boolean {
  if (!url.startsWith('/') || !httpVersion.startsWith('1.') || (headersDistinct.host?.length ?? 0) > 1) return false
  return headers.host === undefined ? httpVersion === '1.0' : isHost(headers.host)
}
