import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const statistics = defineBlock({
  id: 'a59055c1-a633-4274-91c5-a64b433f765a',
  name: 'statistics',
  description: 'Describe a list of numbers: how many, sum, mean, smallest, largest, median.',
  category: 'MATH',
  input: z.object({ numbers: z.array(z.number()) }),
  output: z.object({
    count: z.int(),
    sum: z.number(),
    mean: z.number().describe('Only when there are numbers, as are all below.'),
    min: z.number(),
    max: z.number(),
    median: z.number().describe('The middle one, or halfway between the two in the middle.'),
  }),
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
      name: 'sums decimals without drift',
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
      input: { numbers: [] },
      output: [
        ['count', 0],
        ['sum', 0],
      ],
    },
  ],
  *run({ numbers }) {
    const sum = addUp(numbers)
    const sorted = numbers.toSorted((a, b) => a - b)
    yield ['count', numbers.length]
    yield ['sum', sum]
    const [min, max] = [sorted[0], sorted.at(-1)]
    if (min === undefined || max === undefined) return
    yield ['mean', sum / numbers.length]
    yield ['min', min]
    yield ['max', max]
    yield ['median', medianOf(sorted)]
  },
})

/** Neumaier's compensated sum: 0.1 + 0.2 + 0.3 is 0.6. */
function addUp(numbers: readonly number[]): number {
  let [sum, lost] = [0, 0]
  for (const number of numbers) {
    const next = sum + number
    lost += Math.abs(sum) >= Math.abs(number) ? sum - next + number : number - next + sum
    sum = next
  }
  return sum + lost
}

function medianOf(sorted: readonly number[]): number {
  const [below, above] = [sorted[(sorted.length - 1) >> 1] ?? 0, sorted[sorted.length >> 1] ?? 0]
  return (below + above) / 2
}
