import { addNumbers, canonicalJson, compareNumbers, divideNumbers, sumNumbers, type JsonNumber } from '@ashlar/sdk'
import { toNumber } from './rows.ts'

/**
 * The aggregate functions of a field. Their input does not contain null. Most return null if there are no values. They
 * throw a RangeError when the result is larger than the largest number.
 */
export const MEASURES = {
  count: (values: unknown[]) => values.length,
  sum: (values: unknown[]) => sumNumbers(toNumbers(values)),
  mean: (values: unknown[]) => mean(toNumbers(values)),
  min: (values: unknown[]) => toNumbers(values).at(0),
  max: (values: unknown[]) => toNumbers(values).at(-1),
  median: (values: unknown[]) => median(toNumbers(values)),
  first: (values: unknown[]) => values.at(0),
  last: (values: unknown[]) => values.at(-1),
  distinct: (values: unknown[]) => new Set(values.map(canonicalJson)).size,
} satisfies Record<string, (values: unknown[]) => unknown>

/** Returns the values that are numbers or texts of numbers, in ascending order. */
function toNumbers(values: unknown[]): JsonNumber[] {
  const numbers: JsonNumber[] = []
  let areDoubles = true
  for (const value of values) {
    const number = toNumber(value)
    if (number === undefined) continue
    areDoubles &&= typeof number === 'number'
    numbers.push(number)
  }
  // A typed array is sorted several times faster.
  return areDoubles ? Array.from(new Float64Array(numbers as number[]).sort()) : numbers.toSorted(compareNumbers)
}

function mean(numbers: readonly JsonNumber[]): JsonNumber | undefined {
  return numbers.length === 0 ? undefined : divideNumbers(sumNumbers(numbers), numbers.length)
}

function median(sorted: readonly JsonNumber[]): JsonNumber | undefined {
  const [below, above] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return below === undefined || above === undefined ? undefined : divideNumbers(addNumbers(below, above), 2)
}
