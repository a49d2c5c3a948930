import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const print = defineBlock({
  id: 'f3b1c1b2-4c4f-4f0d-8d2f-4c4f0d8d2f4c',
  name: 'print',
  description: 'Show a value in the events of the execution, for debugging.',
  category: 'LOGIC',
  icon: 'terminal',
  synonyms: ['log', 'debug', 'console', 'output', 'inspect', 'show', 'print to console', 'logger'],
  input: z.object({ text: z.unknown().describe('The value to show.') }),
  output: z.object({ output: z.unknown().describe('The same value.'), status: z.string().describe('Always "printed".') }),
  tests: [
    {
      input: { text: 'Hello' },
      output: [
        ['output', 'Hello'],
        ['status', 'printed'],
      ],
    },
    {
      input: { text: { a: 1 } },
      output: [
        ['output', { a: 1 }],
        ['status', 'printed'],
      ],
    },
  ],
  *run({ text }) {
    yield ['output', text]
    yield ['status', 'printed']
  },
})
