import { z } from 'zod'
import { showValue } from '../../base/index.ts'
import { capabilityMissing, type GrantDefinition } from '../capability/index.ts'
import { scopesSchema } from './provider/index.ts'

const PART = '[a-z][a-z0-9]*(?:-[a-z0-9]+)*'

const providerName = z
  .string()
  .max(130)
  .regex(new RegExp(`^(${PART}/)?${PART}$`), 'must be the name of a provider, like "github" or "other-plugin/github"')

const schema = z
  .array(
    z.union([providerName, z.strictObject({ provider: providerName, scopes: scopesSchema.min(1) })], {
      error: ({ input }) =>
        `must be the name of a provider, like "github" or "other-plugin/github", or { provider, scopes }, got ${showValue(input)}`,
    }),
  )
  .min(1)
  .max(50)

type Grants = z.output<typeof schema>
export type CredentialGrant = Grants[number]

/** The entries of a manifest that name providers. */
export type CredentialGrants = {
  credentials?: Grants | undefined
  'credentials.reveal'?: Grants | undefined
  'credentials.presign'?: Grants | undefined
}

const qualify = (grants: Grants, plugin: string): Grants => grants.map((grant) => qualifyGrant(grant, plugin))

/**
 * The providers whose credentials a block uses for its requests. The capability `http` declares where the requests may
 * go.
 */
export const credentialsGrant = {
  schema,
  summary: 'Sends requests with your credentials. The block does not see them.',
  isEffectful: false,
  describe: (grants) => grants.map(describeGrant),
  qualify,
} satisfies GrantDefinition<Grants>

/** The providers whose secrets a block reads. */
export const revealGrant = {
  schema,
  summary: 'Reads the secrets of your credentials.',
  isEffectful: false,
  describe: (grants) => grants.map((grant) => `READS THE SECRET of ${describeGrant(grant)}`),
  qualify,
} satisfies GrantDefinition<Grants>

/** The providers with whose credentials a block creates signed links. */
export const presignGrant = {
  schema,
  summary: 'Creates links that grant access with your credentials to anyone who has them, for a limited time.',
  isEffectful: false,
  describe: (grants) => grants.map(describeGrant),
  qualify,
} satisfies GrantDefinition<Grants>

function describeGrant(grant: CredentialGrant): string {
  const scopes = getScopes(grant)
  return scopes.length === 0 ? getProviderName(grant) : `${getProviderName(grant)} with ${scopes.join(', ')}`
}

export function listCredentialGrants({
  credentials = [],
  'credentials.reveal': revealed = [],
  'credentials.presign': presigned = [],
}: CredentialGrants): CredentialGrant[] {
  return [...credentials, ...revealed, ...presigned]
}

/** Lists the names of the providers in a manifest, each once. */
export function listProviders(capabilities: CredentialGrants): string[] {
  return [...new Set(listCredentialGrants(capabilities).map(getProviderName))]
}

export function getProviderName(grant: CredentialGrant): string {
  return typeof grant === 'string' ? grant : grant.provider
}

/** Returns the scopes that the user must have granted to the credential. */
export function getScopes(grant: CredentialGrant): readonly string[] {
  return typeof grant === 'string' ? [] : grant.scopes
}

function qualifyGrant(grant: CredentialGrant, plugin: string): CredentialGrant {
  return typeof grant === 'string'
    ? qualifyProvider(grant, plugin)
    : { ...grant, provider: qualifyProvider(grant.provider, plugin) }
}

/** @param plugin the plugin of the provider if `provider` does not name one */
export function qualifyProvider(provider: string, plugin: string): string {
  return provider.includes('/') ? provider : `${plugin}/${provider}`
}

/** @returns the qualified name of the provider @throws {AshlarError} CAPABILITY_MISSING */
export function assertCredentialGranted(
  block: { qualifiedName: string },
  provider: unknown,
  capability: string,
  grants: readonly CredentialGrant[],
): string {
  const [plugin = ''] = block.qualifiedName.split('/')
  const qualified = typeof provider === 'string' ? qualifyProvider(provider, plugin) : undefined
  if (qualified !== undefined && grants.map(getProviderName).includes(qualified)) return qualified
  const key = capability.includes('.') ? JSON.stringify(capability) : capability
  throw capabilityMissing(block, `${capability} for ${showValue(provider)}`, `${key}: [${showValue(provider)}]`)
}
