import { AshlarError, showValue } from '@ashlar/core'

/** The headers of a request that say where it comes from and who sends it. */
export interface RequestFacts {
  /** `host` header, or the host of the url. */
  host: string
  authorization: string | undefined
  cookie: string | undefined
  origin: string | undefined
  /** `Sec-Fetch-Site`, which no page can forge. */
  fetchSite: string | undefined
}

/** Reads the facts from a request's headers. */
export function factsOf(header: (name: string) => string | null | undefined, url?: URL): RequestFacts {
  return {
    host: header('host') ?? url?.host ?? '',
    authorization: header('authorization') ?? undefined,
    cookie: header('cookie') ?? undefined,
    origin: header('origin') ?? undefined,
    fetchSite: header('sec-fetch-site') ?? undefined,
  }
}

/**
 * Refuses a name of ours that somebody else chose: a page whose own host name resolves to 127.0.0.1 (DNS rebinding) is
 * same-origin to the browser, but says its name in `Host`. No page can send such a request with an `Authorization`
 * header without knowing a key.
 *
 * @param publicUrl where browsers reach us by another name
 * @throws {AshlarError} FORBIDDEN
 */
export function assertOurHost({ host, authorization }: RequestFacts, publicUrl?: URL): void {
  if (authorization !== undefined || isLoopback(host) || host.toLowerCase() === publicUrl?.host) return
  throw new AshlarError(
    'FORBIDDEN',
    `host ${showValue(host)} is neither a loopback address nor that of ASHLAR_PUBLIC_URL: use http://127.0.0.1 with the port, or send an Authorization header`,
  )
}

/**
 * Whether a browser sent the request for a page that is not ours. Cookies are shared by every port of a host and every
 * server on this machine is the same "site", so SameSite alone does not keep their pages out.
 */
export function isForeign({ host, origin, fetchSite }: RequestFacts, publicUrl?: URL): boolean {
  if (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none') return true
  return origin !== undefined && origin !== `http://${host}` && origin !== publicUrl?.origin
}

/** Whether it is a host with or without a port, such as may stand in a url. */
export function isHost(host: string): boolean {
  return /^[\w.:[\]-]+$/.test(host) && URL.canParse(`http://${host}`)
}

/** `127.0.0.1:4000`, `localhost`, `[::1]:4000`, `ashlar.localhost` (RFC 6761). */
export function isLoopback(host: string): boolean {
  if (!isHost(host)) return false
  const { hostname } = new URL(`http://${host}`)
  return hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname) || /^(.+\.)?localhost\.?$/.test(hostname)
}
