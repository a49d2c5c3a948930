import { AshlarError } from '../../errors/index.ts'
import type { Addressed } from './attach.ts'
import type { Secret } from './secret.ts'

/** A request as a host module sees it. It goes to the host that the url names, whatever comes back. */
export interface HostRequest {
  url: URL
  headers: [name: string, value: string][]
}

/** How a trusted module of the operator authenticates at a service, where that needs more than a header or a parameter. */
export interface HostProvider {
  /** The request as it is to be sent. What was put in beside the secret itself is not masked in the answer. */
  attach(request: HostRequest, secret: Secret): HostRequest | Promise<HostRequest>
}

/** @throws {AshlarError} HTTP_FAILED when the module throws; what it says may tell the secret, so it goes no further than `cause` */
export async function attachByHost(
  { attach }: HostProvider,
  provider: string,
  { url, headers }: Addressed,
  secret: Secret,
): Promise<Addressed> {
  try {
    const given = await attach({ url: new URL(url), headers: headers.map(([name, value]) => [name, value]) }, secret)
    return { url: new URL(given.url), headers: given.headers.map(([name, value]) => [String(name).toLowerCase(), String(value)]) }
  } catch (cause) {
    throw new AshlarError('HTTP_FAILED', `the host module for ${provider} could not authenticate the request`, { cause })
  }
}
