import { AshlarError, messageOf } from '../../base/index.ts'
import type { Addressed } from './attach.ts'
import type { Secret } from './secret.ts'

/** A request as a host module sees it. It goes to the host that the url names, whatever comes back. */
interface HostRequest {
  url: URL
  headers: [name: string, value: string][]
}

/** How a trusted module of the operator authenticates at a service, where that needs more than a header or a parameter. */
export interface HostProvider {
  /** The request as it is to be sent. What was put in beside the secret itself is not masked in the answer. */
  attach(request: HostRequest, secret: Secret): HostRequest | Promise<HostRequest>
}

/**
 * @param clean takes the secret out of what the module says when it throws
 * @throws {AshlarError} HOST_MODULE_FAILED when it does; what it says is for the operator, so it goes no further than `cause`
 */
export async function attachByHost(
  { attach }: HostProvider,
  provider: string,
  { url, headers }: Addressed,
  secret: Secret,
  clean: (text: string) => string,
): Promise<Addressed> {
  try {
    const given = await attach({ url: new URL(url), headers: headers.map(([name, value]) => [name, value]) }, secret)
    return { url: new URL(given.url), headers: given.headers.map(([name, value]) => [String(name).toLowerCase(), String(value)]) }
  } catch (error) {
    const cause = new Error(clean(messageOf(error)))
    cause.stack = clean((error instanceof Error && error.stack) || String(error))
    throw new AshlarError('HOST_MODULE_FAILED', `the host module for ${provider} could not authenticate the request`, { cause })
  }
}
