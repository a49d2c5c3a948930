import type { IncomingMessage } from 'node:http'
import { isHost } from './origin.ts'

/**
 * Whether a request has a form that the server supports: the target is a path (not the absolute form for proxies, `*` or an authority),
 * the version is HTTP/1.0 or 1.1, and there is one `Host`, which an HTTP/1.0 client may omit. The server responds with 400 to any other
 * request before the pipeline handles it.
 */
export function isWellFormed({ url = '', headersDistinct, headers, httpVersion }: IncomingMessage): boolean {
  if (!url.startsWith('/') || !httpVersion.startsWith('1.') || (headersDistinct.host?.length ?? 0) > 1) return false
  return headers.host === undefined ? httpVersion === '1.0' : isHost(headers.host)
}
