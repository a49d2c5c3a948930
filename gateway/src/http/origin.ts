import { createHmac } from 'node:crypto'
import { AshlarError, showValue } from '@ashlar/core'

/** The headers of a request that identify its origin and its sender. */
export interface RequestFacts {
  /** The `Host` header, or the host of the URL. */
  host: string
  authorization: string | undefined
  cookie: string | undefined
  /** `Ashlar-Page-Token`, which our pages send. */
  pageToken: string | undefined
  origin: string | undefined
  /** `Sec-Fetch-Site`, which pages cannot forge. */
  fetchSite: string | undefined
  /** The address of the client, to which rate limits apply. '' if there is no connection. */
  address: string
}

/** The host names of this server. */
export interface Origins {
  /**
   * The host name for browsers on this machine: `<random>.localhost`, or the address that the server listens on if that
   * name does not resolve to it.
   */
  browserName(): string
  /**
   * Rejects a host name that is not ours. To a browser, a page whose host name resolves to 127.0.0.1 (DNS rebinding) is
   * same-origin, but the `Host` header contains the name of that page. A request with an `Authorization` header is
   * accepted: a page cannot send it without a key.
   *
   * @throws {AshlarError} FORBIDDEN
   */
  assertOurHost(facts: RequestFacts): void
  /** Whether a browser sent the request for a page that is not ours. Pages on other ports of this host are not ours. */
  isForeign(facts: RequestFacts): boolean
}

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]']
/** Addresses to which `<random>.localhost` resolves. */
const LOCALHOST_ADDRESSES = ['127.0.0.1', '[::1]']
/** Length of the random name; 80 bits. */
const NAME_LENGTH = 20

/**
 * @param ownerKey determines the random name. The name is the same at every start and secret from other programs on
 * this machine, so that they cannot direct a browser to another port of that name and receive our cookies.
 * @param publicUrl the URL at which browsers reach us, if it is not the address that we listen on
 * @param listeningHost returns the URL host at which this machine reaches us
 */
export function createOrigins(ownerKey: string, publicUrl: URL | undefined, listeningHost: () => string): Origins {
  const random = createHmac('sha256', ownerKey).update('ashlar browser name').digest('hex').slice(0, NAME_LENGTH)
  const randomName = `${random}.localhost`
  const isLocal = (host: string): boolean => [...LOOPBACK_NAMES, randomName, listeningHost()].includes(parseHostname(host) ?? '')
  const isPublic = (host: string): boolean => publicUrl !== undefined && host.toLowerCase() === publicUrl.host
  return {
    browserName: () => (LOCALHOST_ADDRESSES.includes(listeningHost()) ? randomName : listeningHost()),
    assertOurHost({ host, authorization }) {
      if (authorization !== undefined || isLocal(host) || isPublic(host)) return
      throw new AshlarError(
        'FORBIDDEN',
        `host ${showValue(host)} is not localhost, the address in HOST or the host of ASHLAR_PUBLIC_URL: use http://127.0.0.1 with the port, set ASHLAR_PUBLIC_URL, or send an Authorization header`,
      )
    },
    isForeign({ host, origin, fetchSite }) {
      if (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none') return true
      if (origin === undefined || origin === publicUrl?.origin) return false
      return !isLocal(host) || origin !== `http://${host.toLowerCase()}`
    },
  }
}

/** Reads the facts from the headers of a request. */
export function readRequestOrigin(header: (name: string) => string | null | undefined, address: string, url?: URL): RequestFacts {
  return {
    host: header('host') ?? url?.host ?? '',
    authorization: header('authorization') ?? undefined,
    cookie: header('cookie') ?? undefined,
    pageToken: header('ashlar-page-token') ?? undefined,
    origin: header('origin') ?? undefined,
    fetchSite: header('sec-fetch-site') ?? undefined,
    address,
  }
}

/** Whether the text is a host that may be part of a URL, with or without a port. */
export function isHost(host: string): boolean {
  return /^[\w.:[\]-]+$/.test(host) && URL.canParse(`http://${host}`)
}

function parseHostname(host: string): string | undefined {
  return isHost(host) ? new URL(`http://${host}`).hostname : undefined
}
