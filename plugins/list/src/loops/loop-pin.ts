import { z } from 'zod'

/** Facts of the loop that a block collects, which Ashlar passes to it. */
export const loopPin = z
  .object({
    iterations: z.int().describe('The number of iterations.'),
    dropped: z.int().describe('The number of iterations that sent nothing to the block.'),
    failure: z.string().nullable().describe('The message of the block that started the loop, if it failed.'),
  })
  .default({ iterations: 0, dropped: 0, failure: null })
  .meta({ loop: true, hidden: true })
