import { z } from 'zod'
import type { GrantKind } from '../grant-kind.ts'

const PART = '[a-z][a-z0-9]*(?:-[a-z0-9]+)*'

const schema = z
  .array(
    z
      .string()
      .max(130)
      .regex(new RegExp(`^(${PART}/)?${PART}$`), 'must be the name of a provider, like "github" or "other-plugin/github"'),
  )
  .min(1)
  .max(50)

type Providers = z.output<typeof schema>

/** The providers whose credentials a block sends requests with. What that reaches is said under `http`. */
export const credentialsGrant = { schema, isVisible: false, describe: (providers) => providers } satisfies GrantKind<Providers>

/** The providers whose secrets a block reads. */
export const revealGrant = {
  schema,
  isVisible: false,
  describe: (providers) => providers.map((provider) => `READS THE SECRET of ${provider}`),
} satisfies GrantKind<Providers>

/** @param plugin the name of the plugin whose provider is meant where none is named */
export function qualifyProvider(provider: string, plugin: string): string {
  return provider.includes('/') ? provider : `${plugin}/${provider}`
}
