import { AshlarError } from '../../../base/index.ts'

/**
 * Parses the URL of a request. The result has no fragment, and its host is canonical (see {@link canonicalizeHost}).
 *
 * @param base the URL of the redirected request, for a relative URL
 * @throws {AshlarError} BAD_INPUT when the text is not a URL, HTTP_DENIED when the URL is not http(s) or has a user or
 * password
 */
export function parseTarget(text: string, base?: URL): URL {
  if (!URL.canParse(text, base)) throw new AshlarError('BAD_INPUT', 'http: the URL is not valid')
  const url = new URL(text, base)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw denied(`a URL must be http or https, not "${url.protocol.slice(0, 30)}"`)
  if (url.username !== '' || url.password !== '')
    throw denied('a URL must not have a user or a password; send an Authorization header instead')
  const host = canonicalizeHost(url.hostname)
  if (host === undefined) throw new AshlarError('BAD_INPUT', 'http: the URL has no valid host')
  url.hostname = host
  url.hash = ''
  return url
}

/**
 * Returns a host in the one spelling in which hosts are compared: as `URL` formats it (lower case, punycode, IPv4 as
 * four decimal numbers), without a trailing dot.
 *
 * @returns undefined for a host with an empty label
 */
export function canonicalizeHost(hostname: string): string | undefined {
  const host = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname
  return host.split('.').includes('') ? undefined : host
}

function denied(message: string): AshlarError {
  return new AshlarError('HTTP_DENIED', `http: ${message}`)
}
