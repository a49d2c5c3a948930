import {
  addNumbers,
  canonicalJson,
  compareValues,
  defineBlock,
  divideNumbers,
  isEqual,
  subtractNumbers,
  sumNumbers,
  type JsonNumber,
} from '@ashlar/sdk'
import { z } from 'zod'
import { readField, roundFraction, rows, toComparable, toNumber, withField, type Row } from '../rows/index.ts'

const FUNCTIONS = [
  'running_sum',
  'running_count',
  'running_mean',
  'running_min',
  'running_max',
  'moving_mean',
  'previous',
  'next',
  'difference',
  'percent_change',
  'rank',
  'share',
] as const
type WindowFunction = (typeof FUNCTIONS)[number]

export const window = defineBlock({
  id: '54223855-4cfa-46b0-97aa-b0f70cbb53cc',
  name: 'window',
  description: 'Compute running totals, moving means, differences from the previous row, ranks or shares.',
  category: 'DATA',
  categories: ['MATH'],
  icon: 'trending-up',
  synonyms: [
    'running total',
    'cumulative sum',
    'moving average',
    'rolling',
    'lag',
    'lead',
    'rank',
    'percent of total',
    'window function',
    'percent change',
    'delta',
    'cumsum',
  ],
  input: z.object({
    rows: rows.describe('In the order in which to compute: sort them first.'),
    field: z.string().meta({ title: 'Field', description: 'The field to read.' }),
    function: z.enum(FUNCTIONS).meta({
      title: 'Function',
      description:
        'running_…: of this row and all before it. moving_mean: of the last rows. previous and next: the value of another row. difference and percent_change: from the previous row. rank: 1 for the largest value. share: of the sum, from 0 to 1.',
    }),
    as: z
      .string()
      .min(1)
      .optional()
      .meta({ title: 'As', description: 'Field for the result. By default a name such as "running_sum_amount".' }),
    by: z
      .array(z.string())
      .default([])
      .meta({ title: 'By', description: 'Fields of a group. Each group is computed separately.' }),
    size: z.int().min(1).max(10_000).optional().meta({
      title: 'Size',
      description: 'Number of rows of a moving mean (3 by default), or the distance of the other row (1 by default).',
    }),
  }),
  output: z.object({ rows: rows.describe('All rows, in their order. The result is null where it is not defined.') }),
  tests: [
    {
      input: {
        rows: [
          { g: 'a', n: 0.1 },
          { g: 'b', n: 5 },
          { g: 'a', n: '0.2' },
          { g: 'a', n: null },
        ],
        field: 'n',
        function: 'running_sum',
        by: ['g'],
        as: 's',
      },
      output: [
        [
          'rows',
          [
            { g: 'a', n: 0.1, s: 0.1 },
            { g: 'b', n: 5, s: 5 },
            { g: 'a', n: '0.2', s: 0.3 },
            { g: 'a', n: null, s: 0.3 },
          ],
        ],
      ],
    },
    {
      input: { rows: [{ n: 1 }, { n: 3 }, { n: 5 }], field: 'n', function: 'moving_mean', size: 2 },
      output: [
        [
          'rows',
          [
            { n: 1, moving_mean_n: 1 },
            { n: 3, moving_mean_n: 2 },
            { n: 5, moving_mean_n: 4 },
          ],
        ],
      ],
    },
    {
      input: { rows: [{ n: 4 }, { n: 5 }, { n: 0 }, { n: 1 }], field: 'n', function: 'percent_change', as: 'c' },
      output: [
        [
          'rows',
          [
            { n: 4, c: null },
            { n: 5, c: 25 },
            { n: 0, c: -100 },
            { n: 1, c: null },
          ],
        ],
      ],
    },
    {
      input: { rows: [{ n: 5 }, { n: 7 }, { n: 5 }, {}], field: 'n', function: 'rank', as: 'r' },
      output: [['rows', [{ n: 5, r: 2 }, { n: 7, r: 1 }, { n: 5, r: 2 }, { r: null }]]],
    },
    {
      input: { rows: [{ n: 'a' }, { n: 'b' }], field: 'n', function: 'next', as: 'x' },
      output: [
        [
          'rows',
          [
            { n: 'a', x: 'b' },
            { n: 'b', x: null },
          ],
        ],
      ],
    },
    {
      input: { rows: [{ n: 1 }, { n: 3 }], field: 'n', function: 'share', as: 's' },
      output: [
        [
          'rows',
          [
            { n: 1, s: 0.25 },
            { n: 3, s: 0.75 },
          ],
        ],
      ],
    },
    {
      input: { rows: [{ n: 2 }, { n: 1 }], field: 'n', function: 'running_min', as: 's' },
      output: [
        [
          'rows',
          [
            { n: 2, s: 2 },
            { n: 1, s: 1 },
          ],
        ],
      ],
    },
    {
      name: 'texts of numbers are ranked by their size',
      input: { rows: [{ n: '9' }, { n: '10' }, { n: null }], field: 'n', function: 'rank' },
      output: [
        [
          'rows',
          [
            { n: '9', rank_n: 2 },
            { n: '10', rank_n: 1 },
            { n: null, rank_n: null },
          ],
        ],
      ],
    },
    {
      name: 'the largest of texts of numbers',
      input: { rows: [{ n: '9' }, { n: '10' }], field: 'n', function: 'running_max', as: 'm' },
      output: [
        [
          'rows',
          [
            { n: '9', m: 9 },
            { n: '10', m: 10 },
          ],
        ],
      ],
    },
  ],
  *run({ rows, field, function: name, as = `${name}_${field}`, by, size = name === 'moving_mean' ? 3 : 1 }) {
    const groups = Map.groupBy(rows.keys(), (i) => canonicalJson(by.map((each) => readField(rows[i] as Row, each))))
    const results: unknown[] = rows.map(() => null)
    for (const places of groups.values()) {
      const values = places.map((i) => readField(rows[i] as Row, field))
      computeAll(name, values, size).forEach((result, k) => (results[places[k] ?? 0] = result))
    }
    yield ['rows', rows.map((row, i) => withField(row, as, results[i] ?? null))]
  },
})

function computeAll(name: WindowFunction, values: readonly unknown[], size: number): unknown[] {
  const numbers = values.map(toNumber)
  switch (name) {
    case 'running_sum':
      return runningSum(numbers)
    case 'running_count':
      return runningCount(values)
    case 'running_mean':
      return runningMean(numbers)
    case 'running_min':
      return running(toComparable(values), (a, b) => compareValues(a, b) <= 0)
    case 'running_max':
      return running(toComparable(values), (a, b) => compareValues(a, b) >= 0)
    case 'moving_mean':
      return numbers.map((_, i) => meanOf(numbers.slice(Math.max(0, i + 1 - size), i + 1)))
    case 'previous':
      return values.map((_, i) => values[i - size] ?? null)
    case 'next':
      return values.map((_, i) => values[i + size] ?? null)
    case 'difference':
      return numbers.map((number, i) => withEarlier(number, numbers[i - size], (a, b) => roundFraction(subtractNumbers(a, b))))
    case 'percent_change':
      return numbers.map((number, i) => percentChange(number, numbers[i - size]))
    case 'rank':
      return rankAll(toComparable(values))
    case 'share':
      return shareAll(numbers)
  }
}

function runningSum(numbers: readonly (JsonNumber | undefined)[]): (JsonNumber | null)[] {
  let sum: JsonNumber | null = null
  return numbers.map((number) =>
    number === undefined ? sum : (sum = sum === null ? number : roundFraction(addNumbers(sum, number))),
  )
}

function runningMean(numbers: readonly (JsonNumber | undefined)[]): (JsonNumber | null)[] {
  const counts = runningCount(numbers.map((number) => number ?? null))
  return runningSum(numbers).map((sum, i) => (sum === null ? null : divideNumbers(sum, counts[i] ?? 1)))
}

function runningCount(values: readonly unknown[]): number[] {
  let count = 0
  return values.map((value) => (value === null ? count : ++count))
}

function running(values: readonly unknown[], isBetter: (a: unknown, b: unknown) => boolean): unknown[] {
  let best: unknown = null
  return values.map((value) => (value === null || (best !== null && !isBetter(value, best)) ? best : (best = value)))
}

function meanOf(numbers: readonly (JsonNumber | undefined)[]): JsonNumber | null {
  const present = numbers.filter((number) => number !== undefined)
  return present.length === 0 ? null : divideNumbers(sumNumbers(present), present.length)
}

function withEarlier(
  a: JsonNumber | undefined,
  b: JsonNumber | undefined,
  compute: (a: JsonNumber, b: JsonNumber) => JsonNumber | null,
): JsonNumber | null {
  return a === undefined || b === undefined ? null : compute(a, b)
}

function percentChange(now: JsonNumber | undefined, before: JsonNumber | undefined): number | null {
  if (now === undefined || before === undefined || Number(before) === 0) return null
  return Number(((Number(subtractNumbers(now, before)) / Number(before)) * 100).toPrecision(14))
}

/** Equal values have the same rank, and the next rank is skipped. */
function rankAll(values: readonly unknown[]): (number | null)[] {
  const sorted = values.filter((value) => value !== null).toSorted((a, b) => compareValues(b, a))
  const ranks = new Map<string, number>()
  sorted.forEach((value, i) => {
    if (i === 0 || !isEqual(value, sorted[i - 1])) ranks.set(canonicalJson(value), i + 1)
  })
  return values.map((value) => (value === null ? null : (ranks.get(canonicalJson(value)) ?? null)))
}

function shareAll(numbers: readonly (JsonNumber | undefined)[]): (number | null)[] {
  const sum = Number(sumNumbers(numbers.filter((number) => number !== undefined)))
  return numbers.map((number) => (number === undefined || sum === 0 ? null : Number((Number(number) / sum).toPrecision(14))))
}
