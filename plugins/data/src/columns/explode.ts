import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { readField, rows, withField, type Row } from '../rows/index.ts'

export const explode = defineBlock({
  id: 'dbaf0392-173c-4807-a841-cfa235a01fff',
  name: 'explode',
  description: 'Make one row of each item of a list in a field.',
  category: 'DATA',
  icon: 'unfold-vertical',
  synonyms: ['split out', 'unnest', 'flatten list', 'expand list', 'item lists', 'unwind', 'one row per item', 'split to rows'],
  input: z.object({
    rows,
    field: z
      .string()
      .meta({ title: 'Field', description: 'The field that contains a list. Any other value counts as a list of one item.' }),
    as: z
      .string()
      .min(1)
      .optional()
      .meta({ title: 'As', description: 'Field for the item. By default the item replaces the list.' }),
    keep_empty: z
      .boolean()
      .default(false)
      .meta({ title: 'Keep empty', description: 'Keep a row whose list is empty or missing, with null as its item.' }),
  }),
  output: z.object({ rows, count: z.int().describe('Number of rows.') }),
  tests: [
    {
      input: { rows: [{ o: 1, i: ['a', 'b'] }, { o: 2, i: [] }, { o: 3, i: 'c' }, { o: 4 }], field: 'i' },
      output: [
        [
          'rows',
          [
            { o: 1, i: 'a' },
            { o: 1, i: 'b' },
            { o: 3, i: 'c' },
          ],
        ],
        ['count', 3],
      ],
    },
    {
      input: {
        rows: [
          { o: 2, i: [] },
          { o: 1, i: [{ x: 1 }] },
        ],
        field: 'i',
        as: 'item',
        keep_empty: true,
      },
      output: [
        [
          'rows',
          [
            { o: 2, i: [], item: null },
            { o: 1, i: [{ x: 1 }], item: { x: 1 } },
          ],
        ],
        ['count', 2],
      ],
    },
  ],
  *run({ rows, field, as, keep_empty }) {
    const exploded = rows.flatMap((row): Row[] => {
      const value = readField(row, field)
      const items: unknown[] = Array.isArray(value) ? value : value === null ? [] : [value]
      return (items.length === 0 && keep_empty ? [null] : items).map((item) => withField(row, as ?? field, item))
    })
    yield ['rows', exploded]
    yield ['count', exploded.length]
  },
})
