import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { groupRows, readField, rowBuilder, rows } from '../rows/index.ts'
import { quantile, sortedNumbers, tidy } from './numbers.ts'

export const percentile = defineBlock({
  id: '418bda01-7f39-48b4-9ebf-93449ef15ced',
  name: 'percentile',
  description: 'Compute percentiles of the numbers of a field, such as the median or the 95th percentile.',
  category: 'DATA',
  categories: ['MATH'],
  icon: 'percent',
  synonyms: ['quantile', 'quartile', 'p95', 'p99', 'median', 'percentiles', 'decile', 'distribution'],
  input: z.object({
    rows,
    field: z.string().meta({ title: 'Field', description: 'The field with numbers. Other values are ignored.' }),
    percents: z
      .array(z.number().min(0).max(100))
      .min(1)
      .max(100)
      .default([50, 90, 95, 99])
      .meta({ title: 'Percents', description: 'The percentiles to compute, from 0 to 100.' }),
    by: z
      .array(z.string())
      .default([])
      .meta({ title: 'By', description: 'Fields to group by. Without fields, all rows are one group.' }),
  }),
  output: z.object({
    rows: rows.describe('One row for each group: its fields, count, and each percentile as p50, p90 … Null without numbers.'),
  }),
  tests: [
    {
      input: { rows: [{ n: 1 }, { n: '2' }, { n: 3 }, { n: 4 }, { n: 'x' }], field: 'n', percents: [0, 50, 99.5, 100] },
      output: [['rows', [{ count: 4, p0: 1, p50: 2.5, 'p99.5': 3.985, p100: 4 }]]],
    },
    {
      input: { rows: [{ g: 'a', n: 1 }, { g: 'b' }], field: 'n', percents: [50], by: ['g'] },
      output: [
        [
          'rows',
          [
            { g: 'a', count: 1, p50: 1 },
            { g: 'b', count: 0, p50: null },
          ],
        ],
      ],
    },
    { input: { rows: [], field: 'n', percents: [101] }, output: [['error', (message: string) => message.includes('percents')]] },
  ],
  *run({ rows, field, percents, by }) {
    const build = rowBuilder([...by, 'count', ...percents.map((percent) => `p${percent}`)])
    yield [
      'rows',
      groupRows(rows, by).map((group) => {
        const numbers = sortedNumbers(group.rows.map((row) => readField(row, field)))
        const found = percents.map((percent) => tidy(quantile(numbers, percent / 100)))
        return build([...by.map((each) => readField(group.key, each)), numbers.length, ...found])
      }),
    ]
  },
})
