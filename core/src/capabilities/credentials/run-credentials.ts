import { AshlarError, showValue } from '../../errors/index.ts'
import { unknownHostCall, type ActingBlock, type Actor, type Power } from '../capability.ts'
import { capabilityMissing } from '../capability-errors.ts'
import { credentialGrantsOf, providerOf, qualifyProvider, scopesOf, type CredentialGrant } from './grant.ts'
import { remedyFor } from './provider/remedy.ts'
import { createUsable, type OpenedCredential, type UsableCredential } from './usable.ts'

/** Where credentials are kept. */
export interface CredentialStore {
  /**
   * @param provider qualified
   * @param name undefined: the only one that there is, or the one named `default`
   * @throws {AshlarError} CREDENTIAL_MISSING CREDENTIAL_UNREADABLE CREDENTIAL_EXPIRED
   */
  open(ownerId: string, provider: string, name: string | undefined): Promise<OpenedCredential>
}

/** The credentials that one run of a block may use. */
export interface RunCredentials {
  /**
   * @param provider as the block says it
   * @throws {AshlarError} CAPABILITY_MISSING, those of {@link CredentialStore.open}, and of one that has to be renewed
   * AUTHORIZATION_FAILED HTTP_FAILED HTTP_LIMIT HTTP_BLOCKED_ADDRESS
   */
  use(provider: unknown): Promise<UsableCredential>
}

/** Each is looked up at its first use, and once more when it is about to expire. */
export function createRunCredentials(store: CredentialStore, { ownerId }: Actor, block: ActingBlock): RunCredentials {
  const opened = new Map<string, Promise<UsableCredential>>()
  return {
    async use(asked) {
      const provider = assertGranted(block, asked, 'credentials', credentialGrantsOf(block.capabilities))
      const usable = await (opened.get(provider) ?? open(provider))
      if (usable.isDue()) await usable.renew(usable.secret)
      return usable
    },
  }

  function open(provider: string): Promise<UsableCredential> {
    const opening = lookUp(provider)
    opened.set(provider, opening)
    opening.catch(() => opened.delete(provider)) // told to whoever asked; the next time may go better
    return opening
  }

  async function lookUp(provider: string): Promise<UsableCredential> {
    const credential = await store.open(ownerId, provider, block.chosenCredentials[provider])
    assertScopes(block, credential)
    return createUsable(credential)
  }
}

/** A key or a password can do what its owner can; of a token it is known what was granted. */
function assertScopes(
  { qualifiedName, capabilities }: ActingBlock,
  { provider, name, secret, scopes, auth }: OpenedCredential,
): void {
  if (secret.type !== 'OAUTH2') return
  const needed = credentialGrantsOf(capabilities)
    .filter((grant) => providerOf(grant) === provider)
    .flatMap(scopesOf)
  const missing = [...new Set(needed)].filter((scope) => !scopes.includes(scope))
  if (missing.length === 0) return
  const remedy = remedyFor({ provider, name, scopes: [...scopes, ...missing] }, [auth.type])
  const message = `block ${qualifiedName} needs the credential "${name}" of ${provider} to have the additional scopes ${missing.join(', ')}: ${remedy}`
  throw new AshlarError('CREDENTIAL_MISSING', message, { details: { provider, scopes: missing } })
}

/** What a block learns of a credential, `credentials.get(provider)`, and its secret, `credentials.reveal(provider)`. */
export function createCredentialsPower(): Power {
  return {
    effectOf: () => 'none',
    createSession: (acting) => ({
      async perform(method, [provider]) {
        if (method === 'credentials.get') return (await acting.credentials.use(provider)).facts
        if (method !== 'credentials.reveal') throw unknownHostCall(acting, method)
        assertGranted(acting.block, provider, method, acting.block.capabilities[method] ?? [])
        return (await acting.credentials.use(provider)).secret
      },
    }),
  }
}

/** @returns the provider, qualified */
function assertGranted(block: ActingBlock, asked: unknown, kind: string, grants: readonly CredentialGrant[]): string {
  const [plugin = ''] = block.qualifiedName.split('/')
  const provider = typeof asked === 'string' ? qualifyProvider(asked, plugin) : undefined
  if (provider !== undefined && grants.map(providerOf).includes(provider)) return provider
  const key = kind.includes('.') ? JSON.stringify(kind) : kind
  throw capabilityMissing(block, `${kind} for ${showValue(asked)}`, `${key}: [${showValue(asked)}]`)
}
