import { z } from 'zod'

const amount = z
  .union([z.number().transform(String), z.string()])
  .pipe(z.string().regex(/^\d{1,9}(\.\d{1,6})?$/, 'must be a number of credits from 0, with at most six decimals'))

/** One entry of what a block costs. Source: the billing contract, "Cost of a block". */
export const costSchema = z.strictObject({
  /** Credits, as exact decimal text. */
  amount,
  per: z.enum(['run', 'second', 'byte', 'token', 'item', 'usd']).default('run'),
  /** A subset of the inputs. */
  when: z.record(z.string(), z.unknown()).optional(),
})
