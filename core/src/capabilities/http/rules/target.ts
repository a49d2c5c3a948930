import { AshlarError } from '../../../errors/index.ts'

/**
 * The address of a request: http or https, without user, password and fragment, its host in the one spelling in which hosts are
 * compared.
 *
 * @param base what a relative address is relative to: the request that was redirected
 * @throws {AshlarError} BAD_INPUT when it is no url, HTTP_DENIED when it is one that nobody may use
 */
export function parseTarget(text: string, base?: URL): URL {
  if (!URL.canParse(text, base)) throw new AshlarError('BAD_INPUT', 'http: the address is not a valid url')
  const url = new URL(text, base)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw denied(`only http and https can be requested, not "${url.protocol.slice(0, 30)}"`)
  if (url.username !== '' || url.password !== '')
    throw denied('an address must not hold a user or a password; send an Authorization header')
  const host = canonicalHost(url.hostname)
  if (host === undefined) throw new AshlarError('BAD_INPUT', 'http: the address has no valid host')
  url.hostname = host
  url.hash = ''
  return url
}

/**
 * A host as `URL` gives it (lower case, punycode, IPv4 in four decimal numbers), without the dot at its end.
 *
 * @returns undefined when it has an empty label
 */
export function canonicalHost(hostname: string): string | undefined {
  const host = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname
  return host.split('.').includes('') ? undefined : host
}

function denied(message: string): AshlarError {
  return new AshlarError('HTTP_DENIED', `http: ${message}`)
}
