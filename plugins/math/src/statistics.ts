import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { computeStatistics, statisticsPins } from './compute-statistics.ts'
import { numberPin } from './pins/index.ts'

export const statistics = defineBlock({
  id: 'a59055c1-a633-4274-91c5-a64b433f765a',
  name: 'statistics',
  description: 'Compute statistics of a list of numbers: count, sum, mean, minimum, maximum, median.',
  category: 'MATH',
  synonyms: ['average', 'mean', 'sum', 'min', 'max', 'median', 'total', 'minimum', 'maximum', 'aggregate numbers'],
  input: z.object({ numbers: z.array(numberPin) }),
  output: statisticsPins,
  tests: [
    {
      input: { numbers: [3, 1, 2, 10] },
      output: [
        ['count', 4],
        ['sum', 16],
        ['mean', 4],
        ['min', 1],
        ['max', 10],
        ['median', 2.5],
      ],
    },
    {
      name: 'sums decimals without rounding errors',
      input: { numbers: [0.1, 0.2, 0.3, 0.4, 0.5] },
      output: [
        ['count', 5],
        ['sum', 1.5],
        ['mean', 0.3],
        ['min', 0.1],
        ['max', 0.5],
        ['median', 0.3],
      ],
    },
    {
      name: 'whole numbers of any size are exact',
      input: { numbers: [9007199254740993n, 9007199254740995n] },
      output: [
        ['count', 2],
        ['sum', 18014398509481988],
        ['mean', 9007199254740994],
        ['min', 9007199254740993n],
        ['max', 9007199254740995n],
        ['median', 9007199254740994],
      ],
    },
    {
      input: { numbers: [1e308, 1e308] },
      output: [['error', (message: string) => message.startsWith('the sum gives no finite number')]],
    },
    {
      input: { numbers: [] },
      output: [
        ['count', 0],
        ['sum', 0],
      ],
    },
  ],
  *run({ numbers }) {
    yield* computeStatistics(numbers)
  },
})
