import { AshlarError, errorMessage } from '../../base/index.ts'
import type { CredentialRequest } from '../http/index.ts'
import type { Secret } from './secret.ts'

/**
 * A request, as a host module receives and returns it. The module cannot change the host to which the worker sends the
 * request.
 */
interface HostRequest {
  url: URL
  readonly method: string
  headers: [name: string, value: string][]
}

type Attached = Pick<HostRequest, 'url' | 'headers'>

/**
 * A trusted module of the operator that authenticates requests to a service for which a header or a parameter is not
 * sufficient.
 */
export interface HostProvider {
  /** Returns the request to send, with the same method. Only the secret is masked in the response, not other values that the module adds. */
  attach(request: HostRequest, secret: Secret): Attached | Promise<Attached>
}

/**
 * @param clean removes the secret from the error that the module throws
 * @throws {AshlarError} HOST_MODULE_FAILED when the module throws. Its error is only in `cause`, because it is for the
 * operator.
 */
export async function attachByHost(
  { attach }: HostProvider,
  provider: string,
  { url, method, headers }: CredentialRequest,
  secret: Secret,
  clean: (text: string) => string,
): Promise<CredentialRequest> {
  try {
    const returned = await attach({ url: new URL(url), method, headers: headers.map(([name, value]) => [name, value]) }, secret)
    return {
      url: new URL(returned.url),
      method,
      headers: returned.headers.map(([name, value]) => [String(name).toLowerCase(), String(value)]),
    }
  } catch (error) {
    const cause = new Error(clean(errorMessage(error)))
    cause.stack = clean((error instanceof Error && error.stack) || String(error))
    throw new AshlarError('HOST_MODULE_FAILED', `the host module for ${provider} could not authenticate the request`, { cause })
  }
}
