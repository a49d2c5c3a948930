import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { caughtPin, donePin, indexPin } from './pins.ts'

export const repeat = defineBlock({
  id: '16480582-e3df-4b9c-ae6a-cbf5590269de',
  name: 'repeat',
  description: 'Run the following steps a number of times.',
  category: 'LOOP',
  synonyms: ['times', 'loop', 'n times', 'for loop', 'counter', 'range', 'repeat n', 'number sequence', 'iterations'],
  input: z.object({ times: z.int().min(0).max(1_000_000_000).describe('The number of iterations.') }),
  output: z.object({ index: indexPin, done: donePin, caught: caughtPin }),
  tests: [
    {
      input: { times: 3 },
      output: [
        ['index', 0],
        ['index', 1],
        ['index', 2],
      ],
    },
    { input: { times: 0 }, output: [] },
    { input: { times: -1 }, output: [['error', (message: string) => message.includes('times')]] },
  ],
  *run({ times }) {
    for (let index = 0; index < times; index++) yield ['index', index]
  },
})
