import { compareValues, defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { readField, rows, toComparable } from './rows/index.ts'

export const sort = defineBlock({
  id: '7b596e47-e163-4e71-96a2-173080ca3a90',
  name: 'sort',
  description: 'Sort rows by one or more of their fields.',
  category: 'DATA',
  common: true,
  icon: 'arrow-down-narrow-wide',
  synonyms: ['order by', 'rank', 'ascending', 'descending', 'arrange', 'sort list', 'sort items'],
  input: z.object({
    rows,
    by: z
      .string()
      .describe(
        'Field to sort by: numbers by size, texts by code point, missing values last. If all texts are numbers, they sort by size.',
      ),
    descending: z.boolean().default(false).describe('Largest first.'),
    then_by: z
      .array(z.object({ field: z.string(), descending: z.boolean().default(false) }))
      .default([])
      .meta({ title: 'Then by', description: 'Further fields, for rows with equal values.', examples: [[{ field: 'name' }]] }),
    ignore_case: z
      .boolean()
      .default(false)
      .meta({ title: 'Ignore case', description: 'Sort texts without case and accents.', advanced: true }),
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
    {
      name: 'sorts by several fields, texts without case',
      input: {
        rows: [
          { n: 1, k: 'a' },
          { n: 2, k: 'B' },
          { n: 3, k: 'b' },
          { n: 4, k: 'Á' },
        ],
        by: 'k',
        then_by: [{ field: 'n', descending: true }],
        ignore_case: true,
      },
      output: [
        [
          'rows',
          [
            { n: 4, k: 'Á' },
            { n: 1, k: 'a' },
            { n: 3, k: 'b' },
            { n: 2, k: 'B' },
          ],
        ],
      ],
    },
    {
      name: 'texts of numbers, as in rows of a CSV table',
      input: { rows: [{ n: '100' }, { n: '9' }, { n: null }, { n: '-1.5' }], by: 'n' },
      output: [['rows', [{ n: '-1.5' }, { n: '9' }, { n: '100' }, { n: null }]]],
    },
  ],
  *run({ rows, by, descending, then_by, ignore_case }) {
    const order = [{ field: by, descending }, ...then_by]
    const keys = order.map(({ field }) =>
      toComparable(rows.map((row) => readField(row, field))).map((value) => sortKey(value, ignore_case)),
    )
    const compare = (a: number, b: number): number => {
      for (let i = 0; i < order.length; i++) {
        const result = compareKeys(keys[i]?.[a], keys[i]?.[b], order[i]?.descending === true)
        if (result !== 0) return result
      }
      return a - b
    }
    yield [
      'rows',
      Array.from(rows.keys())
        .toSorted(compare)
        .flatMap((i) => rows[i] ?? []),
    ]
  },
})

function sortKey(value: unknown, ignoreCase: boolean): unknown {
  return ignoreCase && typeof value === 'string' ? value.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase() : value
}

/** Missing values are last in both directions. */
function compareKeys(a: unknown, b: unknown, descending: boolean): number {
  if (a === b) return 0
  if (a === null || b === null) return a === null ? 1 : -1
  const result = typeof a === 'number' && typeof b === 'number' ? a - b : compareValues(a, b)
  return descending ? -result : result
}
