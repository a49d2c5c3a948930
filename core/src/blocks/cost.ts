import { z } from 'zod'
import { costSchema } from '../capabilities/index.ts'

/** One entry of the cost of a block. Source: the billing contract, "Cost of a block". */
export const blockCostSchema = costSchema.extend({
  /** The entry applies to runs whose inputs include these values. */
  when: z.record(z.string(), z.unknown()).optional(),
})
