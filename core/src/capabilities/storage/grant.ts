import { z } from 'zod'
import type { GrantKind } from '../grant-kind.ts'

const schema = z.array(z.enum(['graph', 'user', 'plugin'])).min(1)

/** The scopes whose values a block reads and writes. */
export const storageGrant = { schema, isVisible: true, describe: (scopes) => scopes } satisfies GrantKind<z.output<typeof schema>>
