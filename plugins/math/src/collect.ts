import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { computeStatistics, statisticsPins } from './compute-statistics.ts'
import { numberPin } from './pins/index.ts'

export const collect = defineBlock({
  id: 'cd5488dc-ed4c-4935-9515-30acefd01df8',
  name: 'collect',
  description: 'Compute the sum, mean, minimum, maximum and median of the numbers of a loop.',
  category: 'MATH',
  common: true,
  categories: ['LOOP'],
  synonyms: ['sum of loop', 'total of loop', 'average of loop', 'accumulate', 'running total', 'end loop', 'add up', 'sum up'],
  input: z.object({
    number: z.array(numberPin).default([]).meta({ description: 'A number of each iteration of the loop.', collect: true }),
  }),
  output: statisticsPins,
  tests: [
    {
      input: { number: [0.1, 0.2, 0.6] },
      output: [
        ['count', 3],
        ['sum', 0.9],
        ['mean', 0.3],
        ['min', 0.1],
        ['max', 0.6],
        ['median', 0.2],
      ],
    },
    {
      name: 'an empty loop',
      input: {},
      output: [
        ['count', 0],
        ['sum', 0],
      ],
    },
    {
      input: { number: [1e308, 1e308] },
      output: [['error', (message: string) => message.startsWith('the sum gives no finite number')]],
    },
  ],
  *run({ number: numbers }) {
    yield* computeStatistics(numbers)
  },
})
