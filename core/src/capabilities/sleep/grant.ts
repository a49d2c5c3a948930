import { z } from 'zod'
import type { GrantKind } from '../grant-kind.ts'

const schema = z.literal(true, { error: 'the capability sleep is just named: { sleep: true }' })

/** Durable waits. They are nothing that could be seen outside; but what stands before one is run again after it. */
export const sleepGrant = { schema, isVisible: false, describe: () => ['up to 30 days at a time'] } satisfies GrantKind<true>
