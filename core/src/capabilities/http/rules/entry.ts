import { z } from 'zod'
import { AshlarError, showValue } from '../../../base/index.ts'
import { formatRule, parseRule } from './rule.ts'

const ruleSchema = z
  .string()
  .max(500)
  .superRefine((text, context) => {
    try {
      parseRule(text)
    } catch (error) {
      if (!(error instanceof AshlarError)) throw error
      context.addIssue({ code: 'custom', message: error.message })
    }
  })

const PROVIDER = /^([a-z][a-z0-9-]{0,63}\/)?[a-z][a-z0-9-]{0,63}$/

const entrySchema = z.union(
  [
    ruleSchema,
    z.strictObject({ fromInput: z.string().min(1).max(200), redirects: z.literal('public').optional() }),
    z.strictObject({ fromCredential: z.string().regex(PROVIDER, 'must be the name of a provider') }),
    z.strictObject({ anyHost: z.literal(true) }),
  ],
  {
    error: ({ input }) =>
      typeof input === 'string'
        ? undefined
        : `an entry of http must be a rule like "GET api.github.com/repos/*", fromInput('url'), fromCredential('service') or anyHost(), got ${showValue(input)}`,
  },
)

export const httpGrantSchema = z.array(entrySchema).min(1).max(100)

export type HttpGrant = z.output<typeof httpGrantSchema>
export type HttpEntry = HttpGrant[number]

/** Describes an entry to people, in one line. */
export function describeHttpEntry(entry: HttpEntry): string {
  if (typeof entry === 'string') return formatRule(parseRule(entry))
  if ('anyHost' in entry) return 'ANY HOST'
  if ('fromCredential' in entry) return `the host of your credential for ${entry.fromCredential}`
  return `the host of input "${entry.fromInput}"${entry.redirects ? ', and the public hosts that it redirects to' : ''}`
}
