import { compareValues, defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { readField, rows } from './rows/index.ts'

export const sort = defineBlock({
  id: '7b596e47-e163-4e71-96a2-173080ca3a90',
  name: 'sort',
  description: 'Sort rows by one of their fields.',
  category: 'DATA',
  icon: 'arrow-down-narrow-wide',
  synonyms: ['order by', 'rank', 'ascending', 'descending', 'arrange', 'sort list', 'sort items'],
  input: z.object({
    rows,
    by: z.string().describe('Field to sort by: numbers by size, texts by code point, missing values last.'),
    descending: z.boolean().default(false).describe('Largest first.'),
  }),
  output: z.object({ rows: rows.describe('Rows with equal values keep their order.') }),
  tests: [
    { input: { rows: [{ n: 10 }, { n: 9 }, {}, { n: -1 }], by: 'n' }, output: [['rows', [{ n: -1 }, { n: 9 }, { n: 10 }, {}]]] },
    {
      name: 'missing values stay last',
      input: { rows: [{ n: null }, { n: 'a' }, { n: 'é' }, { n: 'Z' }], by: 'n', descending: true },
      output: [['rows', [{ n: 'é' }, { n: 'a' }, { n: 'Z' }, { n: null }]]],
    },
    {
      input: {
        rows: [
          { n: 1, k: 'a' },
          { n: 1, k: 'b' },
        ],
        by: 'n',
        descending: true,
      },
      output: [
        [
          'rows',
          [
            { n: 1, k: 'a' },
            { n: 1, k: 'b' },
          ],
        ],
      ],
    },
  ],
  *run({ rows, by, descending }) {
    const present = rows.filter((row) => readField(row, by) !== null)
    const missing = rows.filter((row) => readField(row, by) === null)
    const sorted = present.toSorted((a, b) => (descending ? -1 : 1) * compareValues(readField(a, by), readField(b, by)))
    yield ['rows', [...sorted, ...missing]]
  },
})
