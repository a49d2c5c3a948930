import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const combine = defineBlock({
  id: 'e30a4d42-7b7d-4e6a-b36e-1f9b8e3b7d85',
  name: 'combine',
  description: 'Join texts.',
  category: 'TEXT',
  common: true,
  synonyms: ['concatenate', 'join', 'concat', 'merge', 'append text', 'glue', 'combine texts', 'string', 'text joiner'],
  input: z.object({
    input: z.array(z.string()).describe('The texts, in order.'),
    delimiter: z.string().default('').describe('Text to insert between them.'),
  }),
  output: z.object({ output: z.string() }),
  tests: [
    { input: { input: ['a', 'b'] }, output: [['output', 'ab']] },
    { input: { input: ['a', '', 'b'], delimiter: ', ' }, output: [['output', 'a, , b']] },
    { input: { input: [] }, output: [['output', '']] },
  ],
  *run({ input, delimiter }) {
    yield ['output', input.join(delimiter)]
  },
})
