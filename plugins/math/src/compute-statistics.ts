import { addNumbers, compareNumbers, divideNumbers, sumNumbers, type JsonNumber, type Yielded } from '@ashlar/sdk'
import { z } from 'zod'
import { numberPin } from './pins/index.ts'

export const statisticsPins = z.object({
  count: z.int(),
  sum: numberPin,
  mean: numberPin.describe('Like the outputs below, sent only if there are numbers.'),
  min: numberPin,
  max: numberPin,
  median: numberPin.describe('The middle number, or the mean of the two middle numbers.'),
})

/** Yields the statistics of numbers. */
export function* computeStatistics(numbers: readonly JsonNumber[]): Iterable<Yielded<typeof statisticsPins>> {
  const sum = sumNumbers(numbers)
  const sorted = numbers.toSorted(compareNumbers)
  yield ['count', numbers.length]
  yield ['sum', sum]
  const [min, max] = [sorted[0], sorted.at(-1)]
  if (min === undefined || max === undefined) return
  yield ['mean', divideNumbers(sum, numbers.length)]
  yield ['min', min]
  yield ['max', max]
  yield ['median', computeMedian(sorted)]
}

function computeMedian(sorted: readonly JsonNumber[]): JsonNumber {
  const [below, above] = [sorted[(sorted.length - 1) >> 1] ?? 0, sorted[sorted.length >> 1] ?? 0]
  return divideNumbers(addNumbers(below, above), 2)
}
