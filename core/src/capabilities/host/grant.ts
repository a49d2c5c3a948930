import { z } from 'zod'
import { showValue } from '../../base/index.ts'
import type { GrantDefinition } from '../capability/index.ts'

const PART = '[a-z][a-z0-9]*(?:-[a-z0-9]+)*'

/** The name of a host function: `smtp/send`. */
export const hostFunctionName = z
  .string({ error: ({ input }) => `must be the name of a host function, like "smtp/send", got ${showValue(input)}` })
  .max(130)
  .regex(new RegExp(`^${PART}/${PART}$`), 'must be the name of a host function, like "smtp/send"')

const schema = z.array(hostFunctionName).min(1).max(50)

export type HostGrant = z.output<typeof schema>

/** The functions of host modules that a block calls. */
export const hostGrant = {
  schema,
  summary: 'Calls functions that the operator of the installation provides.',
  isEffectful: true,
  describe: (names) => names,
} satisfies GrantDefinition<HostGrant>
