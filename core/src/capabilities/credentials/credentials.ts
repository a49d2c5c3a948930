import { AshlarError, showValue } from '../../errors/index.ts'
import { unknownHostCall, type ActingBlock, type Actor, type Power } from '../acting.ts'
import { qualifyProvider } from './grant.ts'
import { createUsable, type OpenedCredential, type UsableCredential } from './usable.ts'

/** Where credentials are kept. */
export interface CredentialStore {
  /**
   * @param provider qualified
   * @param name undefined: the only one that there is, or the one named `default`
   * @throws {AshlarError} CREDENTIAL_MISSING CREDENTIAL_UNREADABLE
   */
  open(ownerId: string, provider: string, name: string | undefined): Promise<OpenedCredential>
}

/** The credentials that one run of a block may use. */
export interface RunCredentials {
  /**
   * @param provider as the block says it
   * @throws {AshlarError} CAPABILITY_MISSING CREDENTIAL_MISSING CREDENTIAL_UNREADABLE
   */
  use(provider: unknown): Promise<UsableCredential>
}

type Granted = 'credentials' | 'credentials.reveal'

/** Each is looked up once, at its first use. */
export function createRunCredentials(store: CredentialStore, { ownerId }: Actor, block: ActingBlock): RunCredentials {
  const opened = new Map<string, Promise<UsableCredential>>()
  return {
    async use(asked) {
      const provider = assertGranted(block, asked, ['credentials', 'credentials.reveal'])
      const known = opened.get(provider) ?? store.open(ownerId, provider, block.chosenCredentials[provider]).then(createUsable)
      opened.set(provider, known)
      return known
    },
  }
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
  if (provider !== undefined && kinds.some((kind) => capabilities[kind]?.includes(provider))) return provider
  throw new AshlarError(
    'CAPABILITY_MISSING',
    `block ${qualifiedName} does not have the capability ${kinds[0]} for ${showValue(asked)}; its manifest must name it`,
  )
}
