import { z } from 'zod'
import { showValue } from '../../errors/index.ts'
import type { GrantKind } from '../grant-kind.ts'
import { scopesSchema } from './provider/oauth2.ts'

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

/** The providers whose credentials a block sends requests with. What that reaches is said under `http`. */
export const credentialsGrant = {
  schema,
  isVisible: false,
  describe: (grants) => grants.map(describeEntry),
} satisfies GrantKind<Grants>

/** The providers whose secrets a block reads. */
export const revealGrant = {
  schema,
  isVisible: false,
  describe: (grants) => grants.map((grant) => `READS THE SECRET of ${describeEntry(grant)}`),
} satisfies GrantKind<Grants>

function describeEntry(grant: CredentialGrant): string {
  const scopes = scopesOf(grant)
  return scopes.length === 0 ? providerOf(grant) : `${providerOf(grant)} with ${scopes.join(', ')}`
}

/** Every entry of a manifest that names a provider. */
export function credentialGrantsOf({
  credentials = [],
  'credentials.reveal': revealed = [],
}: {
  credentials?: Grants | undefined
  'credentials.reveal'?: Grants | undefined
}): Grants {
  return [...credentials, ...revealed]
}

/** As the entry names it. */
export function providerOf(grant: CredentialGrant): string {
  return typeof grant === 'string' ? grant : grant.provider
}

/** What its user must have granted. */
export function scopesOf(grant: CredentialGrant): readonly string[] {
  return typeof grant === 'string' ? [] : grant.scopes
}

/** The entry with its provider named in full. @param plugin the name of the block's plugin */
export function qualifyGrant(grant: CredentialGrant, plugin: string): CredentialGrant {
  return typeof grant === 'string'
    ? qualifyProvider(grant, plugin)
    : { ...grant, provider: qualifyProvider(grant.provider, plugin) }
}

/** @param plugin the name of the plugin whose provider is meant where none is named */
export function qualifyProvider(provider: string, plugin: string): string {
  return provider.includes('/') ? provider : `${plugin}/${provider}`
}
