import { z } from 'zod'

/**
 * The pins that every input block has. `value` is set by whoever starts the graph; all others are constants of the node.
 *
 * @param value type of the graph input, with its default
 */
export function inputPins<Value extends z.ZodType>(value: Value) {
  return z.object({
    name: z.string().describe('Name under which the graph takes this input.'),
    value,
    title: z.string().nullable().default(null).describe('Title shown instead of the name.'),
    description: z.string().nullable().default(null).describe('What to enter, for people.'),
    placeholder_values: z.array(z.unknown()).default([]).describe('Values to suggest.'),
    advanced: z.boolean().default(false).describe('Show this input only among the advanced ones.'),
    secret: z.boolean().default(false).describe('Hide the value from views and logs.'),
  })
}
