import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const reduce = defineBlock({
  id: 'd2849363-ec8c-4fb2-b73c-c1bc654d27e0',
  name: 'reduce',
  description: 'Get the final value of an accumulator, which a link marked "carry" passes from one iteration to the next.',
  category: 'LIST',
  categories: ['LOOP'],
  synonyms: ['fold', 'accumulator', 'running total', 'carry', 'accumulate', 'aggregate', 'inject', 'loop result', 'final value'],
  input: z.object({
    value: z
      .array(z.unknown())
      .default([])
      .meta({ description: 'The value of the accumulator after each iteration of the loop.', collect: true }),
    initial: z.unknown().default(null).describe('The result of an empty loop.'),
  }),
  output: z.object({
    result: z.unknown().describe('The value of the last iteration.'),
    count: z.int().describe('The number of iterations that sent a value.'),
  }),
  tests: [
    {
      input: { value: [1, 3, 6], initial: 0 },
      output: [
        ['result', 6],
        ['count', 3],
      ],
    },
    {
      name: 'an empty loop',
      input: { initial: 0 },
      output: [
        ['result', 0],
        ['count', 0],
      ],
    },
    {
      name: 'an accumulator may end as null',
      input: { value: [1, null], initial: 0 },
      output: [
        ['result', null],
        ['count', 2],
      ],
    },
    {
      input: {},
      output: [
        ['result', null],
        ['count', 0],
      ],
    },
  ],
  *run({ value: values, initial }) {
    yield ['result', values.length > 0 ? values.at(-1) : initial]
    yield ['count', values.length]
  },
})
