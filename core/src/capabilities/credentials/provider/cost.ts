import { z } from 'zod'

/** The units in which costs are counted. */
export const COST_UNITS = ['run', 'second', 'byte', 'token', 'item', 'usd'] as const

/** One cost in credits. The amount is an exact decimal text: `{ amount: '0.5', per: 'run' }`. */
export const costSchema = z.strictObject({
  amount: z
    .union([z.number(), z.string()])
    .transform(String)
    .pipe(z.string().regex(/^(0|[1-9]\d{0,11})(\.\d{1,6})?$/, 'must be a decimal like 0.5, with at most 6 decimal places')),
  per: z.enum(COST_UNITS).default('run'),
})
