import { z } from 'zod'
import { costSchema } from '../capabilities/index.ts'

/** One entry of what a block costs. Source: the billing contract, "Cost of a block". */
export const blockCostSchema = costSchema.extend({
  /** A subset of the inputs. */
  when: z.record(z.string(), z.unknown()).optional(),
})
