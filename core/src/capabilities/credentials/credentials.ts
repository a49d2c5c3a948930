import { AshlarError, showValue } from '../../errors/index.ts'
import { unknownHostCall, type ActingBlock, type Actor, type Power } from '../acting.ts'
import { providerOf, qualifyProvider, scopesOf } from './grant.ts'
import { createUsable, type OpenedCredential, type UsableCredential } from './usable.ts'

/** Where credentials are kept. */
export interface CredentialStore {
  /**
   * @param provider qualified
   * @param name undefined: the only one that there is, or the one named `default`
   * @throws {AshlarError} CREDENTIAL_MISSING CREDENTIAL_UNREADABLE, and of one that has to be renewed CREDENTIAL_EXPIRED
   * AUTHORIZATION_FAILED HTTP_FAILED HTTP_LIMIT HTTP_BLOCKED_ADDRESS
   */
  open(ownerId: string, provider: string, name: string | undefined): Promise<OpenedCredential>
}

/** The credentials that one run of a block may use. */
export interface RunCredentials {
  /**
   * @param provider as the block says it
   * @throws {AshlarError} CAPABILITY_MISSING CREDENTIAL_MISSING, and those of {@link CredentialStore.open}
   */
  use(provider: unknown): Promise<UsableCredential>
}

type Granted = 'credentials' | 'credentials.reveal'

/** Each is looked up at its first use, and once more when it is about to expire. */
export function createRunCredentials(store: CredentialStore, { ownerId }: Actor, block: ActingBlock): RunCredentials {
  const opened = new Map<string, Promise<UsableCredential>>()
  return {
    async use(asked) {
      const provider = assertGranted(block, asked, ['credentials', 'credentials.reveal'])
      const known = opened.get(provider) ?? open(provider)
      opened.set(provider, known)
      const usable = await known
      if (usable.isDue()) await usable.renew(usable.secret)
      return usable
    },
  }

  async function open(provider: string): Promise<UsableCredential> {
    const credential = await store.open(ownerId, provider, block.chosenCredentials[provider])
    assertScopes(block, credential)
    return createUsable(credential)
  }
}

/** A key or a password can do what its owner can; of a token it is known what was granted. */
function assertScopes({ qualifiedName, capabilities }: ActingBlock, { provider, name, secret, scopes }: OpenedCredential): void {
  if (secret.type !== 'OAUTH2') return
  const grants = [...(capabilities.credentials ?? []), ...(capabilities['credentials.reveal'] ?? [])]
  const needed = grants.filter((grant) => providerOf(grant) === provider).flatMap(scopesOf)
  const missing = [...new Set(needed)].filter((scope) => !scopes.includes(scope))
  if (missing.length === 0) return
  const message = `block ${qualifiedName} needs the credential "${name}" of ${provider} to have the scopes ${missing.join(', ')}; authorize it again with them`
  throw new AshlarError('CREDENTIAL_MISSING', message, { details: { provider, scopes: missing } })
}

/** What a block learns of a credential, `credentials.get(provider)`, and its secret, `credentials.reveal(provider)`. */
export function createCredentialsPower(): Power {
  return {
    createSession: (acting) => ({
      async perform(method, [provider]) {
        if (method === 'credentials.get') return (await acting.credentials.use(provider)).facts
        if (method !== 'credentials.reveal') throw unknownHostCall(acting, method)
        assertGranted(acting.block, provider, ['credentials.reveal'])
        return (await acting.credentials.use(provider)).secret
      },
    }),
  }
}

/** @returns the provider, qualified */
function assertGranted({ qualifiedName, capabilities }: ActingBlock, asked: unknown, kinds: readonly Granted[]): string {
  const [plugin = ''] = qualifiedName.split('/')
  const provider = typeof asked === 'string' ? qualifyProvider(asked, plugin) : undefined
  const names = kinds.flatMap((kind) => capabilities[kind] ?? []).map(providerOf)
  if (provider !== undefined && names.includes(provider)) return provider
  throw new AshlarError(
    'CAPABILITY_MISSING',
    `block ${qualifiedName} does not have the capability ${kinds[0]} for ${showValue(asked)}; its manifest must name it`,
  )
}
