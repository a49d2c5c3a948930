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
    title: z.string().nullable().default(null).describe('Title to show instead of the name.'),
    description: z.string().nullable().default(null).describe('Help text for users.'),
    placeholder_values: z.array(z.unknown()).default([]).describe('Values to suggest.'),
    advanced: z.boolean().default(false).describe('Show this input only among the advanced inputs.'),
    secret: z.boolean().default(false).describe('Hide the value from views and logs.'),
  })
}
