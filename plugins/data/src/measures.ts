import { numberOf } from './rows.ts'

/** What can be worked out of the values of a field, from which null has been left out. Without values most are null. */
export const MEASURES = {
  count: (values: unknown[]) => values.length,
  sum: (values: unknown[]) => addUp(numbersOf(values)),
  mean: (values: unknown[]) => mean(numbersOf(values)),
  min: (values: unknown[]) => numbersOf(values).at(0),
  max: (values: unknown[]) => numbersOf(values).at(-1),
  median: (values: unknown[]) => median(numbersOf(values)),
  first: (values: unknown[]) => values.at(0),
  last: (values: unknown[]) => values.at(-1),
  distinct: (values: unknown[]) => new Set(values.map((value) => JSON.stringify(value))).size,
} satisfies Record<string, (values: unknown[]) => unknown>

/** Those that are numbers or spell one, smallest first. */
function numbersOf(values: unknown[]): number[] {
  return values.flatMap((value) => numberOf(value) ?? []).toSorted((a, b) => a - b)
}

/** Neumaier's compensated sum: ten times 0.1 is 1. */
function addUp(numbers: readonly number[]): number {
  let [sum, lost] = [0, 0]
  for (const number of numbers) {
    const next = sum + number
    lost += Math.abs(sum) >= Math.abs(number) ? sum - next + number : number - next + sum
    sum = next
  }
  return sum + lost
}

function mean(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : addUp(numbers) / numbers.length
}

function median(sorted: readonly number[]): number | undefined {
  const [below, above] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return below === undefined || above === undefined ? undefined : (below + above) / 2
}
