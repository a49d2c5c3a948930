import { type Caller, type CapabilityHost, unknownHostCall } from '../capability/index.ts'
import { assertCredentialGranted, type CredentialGrants } from './grant.ts'
import type { RunCredentials } from './run-credentials.ts'

/**
 * Returns the facts of a credential to a block, `credentials.get(provider)`, and its secret,
 * `credentials.reveal(provider)`. Requests with a credential are host calls of `http`.
 */
export function createCredentialsHost(getCredentials: (caller: Caller) => RunCredentials): CapabilityHost<CredentialGrants> {
  return {
    createSession: (caller) => ({
      getEffect: () => 'none',
      async perform(method, [provider]) {
        const credentials = getCredentials(caller)
        if (method === 'credentials.get') return (await credentials.use(provider)).facts
        if (method !== 'credentials.reveal') throw unknownHostCall(caller.block, method)
        assertCredentialGranted(caller.block, provider, method, caller.block.capabilities[method] ?? [])
        return (await credentials.use(provider)).secret
      },
      close: () => {},
    }),
  }
}
