import { AshlarError } from '../../base/index.ts'
import type { Caller, CallerBlock } from '../capability/index.ts'
import { assertCredentialGranted, getProviderName, getScopes, listCredentialGrants, type CredentialGrants } from './grant.ts'
import { describeRemedy } from './provider/index.ts'
import { createUsableCredential, type OpenedCredential, type UsableCredential } from './usable.ts'

/** Stores the credentials of users. */
export interface CredentialStore {
  /**
   * @param provider qualified
   * @param name undefined selects the only credential for the provider, or the one named `default`
   * @throws {AshlarError} CREDENTIAL_MISSING CREDENTIAL_UNREADABLE CREDENTIAL_EXPIRED
   */
  open(ownerId: string, provider: string, name: string | undefined): Promise<OpenedCredential>
}

/** The credentials that one run of a block may use. */
export interface RunCredentials {
  /**
   * @param provider the name by which the block refers to the provider
   * @throws {AshlarError} CAPABILITY_MISSING, the codes of {@link CredentialStore.open}, and, if the credential has to
   * be renewed, AUTHORIZATION_FAILED HTTP_FAILED HTTP_LIMIT HTTP_BLOCKED_ADDRESS
   */
  use(provider: unknown): Promise<UsableCredential>
}

/**
 * Returns a function that creates the credentials of a run at its first call. Later calls for the run return the same
 * object.
 */
export function cacheRunCredentials(store: CredentialStore): (caller: Caller) => RunCredentials {
  const cached = new WeakMap<Caller, RunCredentials>()
  return (caller) => {
    const credentials = cached.get(caller) ?? createRunCredentials(store, caller)
    cached.set(caller, credentials)
    return credentials
  }
}

/** Opens each credential at its first use, and renews it before a use if it is about to expire. */
export function createRunCredentials(
  store: CredentialStore,
  { execution: { ownerId }, block }: Pick<Caller<CredentialGrants>, 'execution' | 'block'>,
): RunCredentials {
  const opened = new Map<string, Promise<UsableCredential>>()
  return {
    async use(requested) {
      const provider = assertCredentialGranted(block, requested, 'credentials', listCredentialGrants(block.capabilities))
      const usable = await (opened.get(provider) ?? open(provider))
      if (usable.isDue()) await usable.renew(usable.secret)
      return usable
    },
  }

  function open(provider: string): Promise<UsableCredential> {
    const opening = load(provider)
    opened.set(provider, opening)
    opening.catch(() => opened.delete(provider)) // `use` reports the error; the next use tries again
    return opening
  }

  async function load(provider: string): Promise<UsableCredential> {
    const credential = await store.open(ownerId, provider, block.chosenCredentials[provider])
    assertScopes(block, credential)
    return createUsableCredential(credential)
  }
}

/** Only OAuth 2 credentials have scopes. A key or password can do whatever its owner can. */
function assertScopes(
  { qualifiedName, capabilities }: CallerBlock<CredentialGrants>,
  { provider, name, secret, scopes, auth }: OpenedCredential,
): void {
  if (secret.type !== 'OAUTH2') return
  const needed = listCredentialGrants(capabilities)
    .filter((grant) => getProviderName(grant) === provider)
    .flatMap(getScopes)
  const missing = [...new Set(needed)].filter((scope) => !scopes.includes(scope))
  if (missing.length === 0) return
  const remedy = describeRemedy({ provider, name, scopes: [...scopes, ...missing] }, [auth.type])
  const message = `block ${qualifiedName} needs the credential "${name}" of ${provider} to also have the scopes ${missing.join(', ')}: ${remedy}`
  throw new AshlarError('CREDENTIAL_MISSING', message, { details: { provider, scopes: missing } })
}
