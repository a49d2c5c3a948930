import { z } from 'zod'

/**
 * The pins of every input block. The caller that starts the graph sets `value`. All other pins are constants of the
 * node.
 *
 * @param value the type of the graph input, with its default
 */
export function inputPins<Value extends z.ZodType>(value: Value) {
  return z.object({
    name: z.string().describe('Name of the graph input.'),
    value,
    title: z.string().nullable().default(null).meta({ description: 'Title to show instead of the name.', advanced: true }),
    description: z.string().nullable().default(null).meta({ description: 'Help text for users.', advanced: true }),
    placeholder_values: z
      .array(z.unknown())
      .default([])
      .meta({ description: 'Values to suggest.', advanced: true, hidden: true }),
    advanced: z.boolean().default(false).meta({ description: 'Show this input only among the advanced inputs.', advanced: true }),
    secret: z.boolean().default(false).meta({ description: 'Hide the value from views and logs.', advanced: true }),
  })
}
