import { z } from 'zod'

/** The position of an iteration. */
export const indexPin = z.int().meta({ description: 'The position of the iteration, from 0.', many: true })

/** Ashlar sends the number of iterations when the loop has ended. */
export const donePin = z.int().meta({
  description: 'The number of iterations, once all steps in all iterations have ended. 0 for an empty loop.',
  done: true,
})

/** Ashlar sends the failures of nodes in the loop that have no link at their own error pin. */
export const caughtPin = z.object({ message: z.string(), code: z.string(), nodeId: z.string(), index: z.int() }).meta({
  description:
    'Each failure in the loop that no link at an error pin handles. "index" is its iteration. The other iterations continue.',
  caught: true,
})
