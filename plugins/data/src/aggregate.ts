import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { groupRows, MEASURES, readField, rows, type Row } from './rows/index.ts'

const measure = z.object({
  field: z
    .string()
    .nullable()
    .default(null)
    .describe('Field to measure. Only "count" works without a field; it then counts rows.'),
  function: z.enum(Object.keys(MEASURES) as (keyof typeof MEASURES)[]),
  as: z.string().nullable().default(null).describe('Field for the result. By default a name such as "mean_price".'),
  digits: z.int().min(0).max(20).nullable().default(null).describe('Number of decimals in the result.'),
})

export const aggregate = defineBlock({
  id: 'c487ce70-8c0d-439c-94a2-f4bd7744c0e0',
  name: 'aggregate',
  description: 'Aggregate rows by group: counts, sums, means and more.',
  category: 'DATA',
  common: true,
  icon: 'sigma',
  synonyms: [
    'summarize',
    'pivot table',
    'rollup',
    'group by',
    'sum by',
    'average by',
    'total by',
    'statistics',
    'report',
    'sql aggregate',
  ],
  input: z.object({
    rows,
    by: z.array(z.string()).default([]).describe('Fields to group by. Without fields, all rows are one group.'),
    measures: z
      .array(measure)
      .describe(
        'Results to compute per group. All ignore null; sum, mean, min, max and median also ignore values that are not numbers.',
      ),
  }),
  output: z.object({
    rows: rows.describe('One row per group with its fields and results, in the order of the first row of each group.'),
    count: z.int().describe('Number of groups.'),
  }),
  tests: [
    {
      input: {
        rows: [
          { c: 'a', n: 1 },
          { c: 'b', n: null },
          { c: 'a', n: '2' },
          { c: 'a', n: 'x' },
        ],
        by: ['c'],
        measures: [{ function: 'count' }, { function: 'sum', field: 'n' }, { function: 'mean', field: 'n', as: 'average' }],
      },
      output: [
        [
          'rows',
          [
            { c: 'a', count: 3, sum_n: 3, average: 1.5 },
            { c: 'b', count: 1, sum_n: 0, average: null },
          ],
        ],
        ['count', 2],
      ],
    },
    {
      name: 'all rows are one group',
      input: {
        rows: [{ n: 3 }, { n: 1 }, {}, { n: 3 }],
        measures: (['count', 'min', 'max', 'median', 'first', 'last', 'distinct'] as const).map((name) => ({
          function: name,
          field: 'n',
        })),
      },
      output: [
        ['rows', [{ count_n: 3, min_n: 1, max_n: 3, median_n: 3, first_n: 3, last_n: 3, distinct_n: 2 }]],
        ['count', 1],
      ],
    },
    {
      input: { rows: [{ n: 1 }, { n: 1 }, { n: 2 }], measures: [{ function: 'mean', field: 'n', as: 'm', digits: 2 }] },
      output: [
        ['rows', [{ m: 1.33 }]],
        ['count', 1],
      ],
    },
    {
      name: 'a sum that is too large is an error',
      input: { rows: [{ n: 1e308 }, { n: 1e308 }], measures: [{ function: 'sum', field: 'n' }] },
      output: [
        ['error', (message: string) => message.startsWith('measure "sum_n" has no result: the sum gives no finite number')],
      ],
    },
    {
      name: 'integers of any size are added and compared exactly',
      input: {
        rows: [{ n: 9007199254740993n }, { n: '9007199254740995' }, { n: 1 }],
        measures: (['sum', 'max', 'median', 'distinct'] as const).map((name) => ({ function: name, field: 'n' })),
      },
      output: [
        ['rows', [{ sum_n: 18014398509481989n, max_n: 9007199254740995n, median_n: 9007199254740993n, distinct_n: 3 }]],
        ['count', 1],
      ],
    },
    {
      input: { rows: [], measures: [{ function: 'count' }] },
      output: [
        ['rows', []],
        ['count', 0],
      ],
    },
    { input: { rows: [], measures: [{ function: 'sum' }] }, output: [['error', 'measure "sum" needs a field']] },
  ],
  *run({ rows, by, measures }) {
    const unclear = measures.find((measure) => measure.field === null && measure.function !== 'count')
    if (unclear) throw new Error(`measure "${unclear.function}" needs a field`)
    const result = groupRows(rows, by).map(({ key, rows }) => ({ ...key, ...measureAll(rows, measures) }))
    yield ['rows', result]
    yield ['count', result.length]
  },
})

function measureAll(rows: Row[], measures: z.output<typeof measure>[]): Row {
  return Object.fromEntries(
    measures.map(({ field, function: name, as, digits }) => {
      const values = field === null ? rows : rows.map((row) => readField(row, field)).filter((value) => value !== null)
      const label = as ?? (field === null ? name : `${name}_${field}`)
      const result = measureOne(name, label, values) ?? null
      return [label, typeof result === 'number' && digits !== null ? Number(result.toFixed(digits)) : result]
    }),
  )
}

function measureOne(name: keyof typeof MEASURES, label: string, values: unknown[]): unknown {
  try {
    return MEASURES[name](values)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new Error(`measure "${label}" has no result: ${error.message}`, { cause: error })
  }
}
