import { createHmac } from 'node:crypto'
import { AshlarError, showValue } from '@ashlar/core'

/** The headers of a request that say where it comes from and who sends it. */
export interface RequestFacts {
  /** `host` header, or the host of the url. */
  host: string
  authorization: string | undefined
  cookie: string | undefined
  /** `Ashlar-Page-Token`, which a page of ours adds. */
  pageToken: string | undefined
  origin: string | undefined
  /** `Sec-Fetch-Site`, which no page can forge. */
  fetchSite: string | undefined
  /** The address of the client, which limits count by. '' if there is no connection. */
  address: string
}

/** The names under which this server is reached. */
export interface Origins {
  /** `<random>.localhost`, for browsers on this machine. */
  browserName: string
  /**
   * Refuses a host name that is not ours: a page whose own host name resolves to 127.0.0.1 (DNS rebinding) is same-origin to
   * the browser, but its name is in `Host`. No page can send such a request with an `Authorization` header without a key.
   *
   * @throws {AshlarError} FORBIDDEN
   */
  assertOurHost(facts: RequestFacts): void
  /** Whether a browser sent the request for a page that is not ours. Pages of other ports of this host are not ours. */
  isForeign(facts: RequestFacts): boolean
}

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]']
/** Of the random name; 80 bits. */
const NAME_LENGTH = 20

/**
 * @param ownerKey makes the random name: the same at every start, and unknown to other programs on this machine, so that none
 * of them can lead a browser to another port of that name and get our cookies
 * @param publicUrl where browsers reach us, if not where we listen
 */
export function createOrigins(ownerKey: string, publicUrl: URL | undefined): Origins {
  const random = createHmac('sha256', ownerKey).update('ashlar browser name').digest('hex').slice(0, NAME_LENGTH)
  const browserName = `${random}.localhost`
  const isLocal = (host: string): boolean => [...LOOPBACK_NAMES, browserName].includes(hostnameOf(host) ?? '')
  const isPublic = (host: string): boolean => publicUrl !== undefined && host.toLowerCase() === publicUrl.host
  return {
    browserName,
    assertOurHost({ host, authorization }) {
      if (authorization !== undefined || isLocal(host) || isPublic(host)) return
      throw new AshlarError(
        'FORBIDDEN',
        `host ${showValue(host)} is neither localhost nor the host of ASHLAR_PUBLIC_URL: use http://127.0.0.1 with the port, or send an Authorization header`,
      )
    },
    isForeign({ host, origin, fetchSite }) {
      if (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none') return true
      if (origin === undefined || origin === publicUrl?.origin) return false
      return !isLocal(host) || origin !== `http://${host.toLowerCase()}`
    },
  }
}

/** Reads the facts from a request's headers. */
export function factsOf(header: (name: string) => string | null | undefined, address: string, url?: URL): RequestFacts {
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

/** Whether it is a host with or without a port, such as may be part of a url. */
export function isHost(host: string): boolean {
  return /^[\w.:[\]-]+$/.test(host) && URL.canParse(`http://${host}`)
}

function hostnameOf(host: string): string | undefined {
  return isHost(host) ? new URL(`http://${host}`).hostname : undefined
}
