import { z } from 'zod'
import type { GrantDefinition } from '../capability/index.ts'

const schema = z.array(z.enum(['graph', 'user', 'plugin'])).min(1)

export type StorageGrant = z.output<typeof schema>

/** The scopes whose values a block reads and writes. */
export const storageGrant = {
  schema,
  summary: 'Stores values between executions.',
  isEffectful: true,
  describe: (scopes) => scopes,
} satisfies GrantDefinition<StorageGrant>
