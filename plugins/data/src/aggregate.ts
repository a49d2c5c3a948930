import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { groupRows, MEASURES, readField, rowBuilder, rows, roundTo, type Row } from './rows/index.ts'

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
    {
      name: 'a result with the name of a group field',
      input: { rows: [{ count: 'a' }], by: ['count'], measures: [{ function: 'count' }] },
      output: [['error', 'the result would have two fields "count"; name one of them with "as" in measures']],
    },
    {
      name: 'the field of a group is a number, and rounding is exact',
      input: {
        rows: [{ '2026': 'x', n: 1.005 }],
        by: ['2026'],
        measures: [{ field: 'n', function: 'mean', as: 'a', digits: 2 }],
      },
      output: [
        ['rows', [{ '2026': 'x', a: 1.01 }]],
        ['count', 1],
      ],
    },
  ],
  *run({ rows, by, measures }) {
    const unclear = measures.find((measure) => measure.field === null && measure.function !== 'count')
    if (unclear) throw new Error(`measure "${unclear.function}" needs a field`)
    const fields = [...by, ...measures.map(labelOf)]
    const twice = fields.find((field, i) => fields.indexOf(field) < i)
    if (twice !== undefined)
      throw new Error(`the result would have two fields ${JSON.stringify(twice)}; name one of them with "as" in measures`)
    const build = rowBuilder(fields)
    const result = groupRows(rows, by).map(({ key, rows }) =>
      build([...by.map((field) => readField(key, field)), ...measures.map((measure) => measureOne(measure, rows))]),
    )
    yield ['rows', result]
    yield ['count', result.length]
  },
})

type Measure = z.output<typeof measure>

function labelOf({ field, function: name, as }: Measure): string {
  return as ?? (field === null ? name : `${name}_${field}`)
}

function measureOne(measure: Measure, rows: Row[]): unknown {
  const { field, function: name, digits } = measure
  const values = field === null ? rows : rows.map((row) => readField(row, field)).filter((value) => value !== null)
  try {
    const result = MEASURES[name](values) ?? null
    return typeof result === 'number' && digits !== null ? roundTo(result, digits) : result
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new Error(`measure "${labelOf(measure)}" has no result: ${error.message}`, { cause: error })
  }
}
