import { z } from 'zod'
import type { GrantDefinition } from '../capability/index.ts'

const schema = z.literal(true, { error: 'the capability sleep takes no options; write { sleep: true }' })

/** Durable waits. They have no effect outside, but the block runs again from its beginning after each one. */
export const sleepGrant = {
  schema,
  summary: 'Waits for a time without using a worker.',
  isEffectful: false,
  describe: () => ['up to 30 days at a time'],
} satisfies GrantDefinition<true>
