import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { listFields, readField, rowBuilder, rows } from '../rows/index.ts'

export const append = defineBlock({
  id: '9c8af80e-cbe3-4ae8-84af-39fc7475e8d4',
  name: 'append',
  description: 'Append the rows of one or more tables to a table.',
  category: 'DATA',
  icon: 'list-plus',
  synonyms: ['union', 'union all', 'concat rows', 'stack tables', 'merge append', 'add rows', 'combine tables', 'vstack'],
  input: z.object({
    rows: rows.meta({ title: 'Rows' }),
    other: rows.meta({ title: 'Other rows', description: 'The rows to append.' }),
    more: z
      .array(rows)
      .default([])
      .meta({ title: 'More tables', description: 'Further tables to append, in this order.', advanced: true }),
    same_fields: z
      .boolean()
      .default(true)
      .meta({ title: 'Same fields', description: 'Give every row all fields of all tables. A field that a row lacks is null.' }),
  }),
  output: z.object({ rows, count: z.int().describe('Number of rows.') }),
  tests: [
    {
      input: { rows: [{ a: 1 }], other: [{ b: 2 }], more: [[{ a: 3, c: 4 }], []] },
      output: [
        [
          'rows',
          [
            { a: 1, b: null, c: null },
            { a: null, b: 2, c: null },
            { a: 3, b: null, c: 4 },
          ],
        ],
        ['count', 3],
      ],
    },
    {
      input: { rows: [{ a: 1 }], other: [{ b: 2 }], same_fields: false },
      output: [
        ['rows', [{ a: 1 }, { b: 2 }]],
        ['count', 2],
      ],
    },
    {
      input: { rows: [], other: [] },
      output: [
        ['rows', []],
        ['count', 0],
      ],
    },
  ],
  *run({ rows, other, more, same_fields }) {
    const all = [rows, other, ...more].flat()
    const fields = same_fields ? listFields(all) : []
    const build = rowBuilder(fields)
    yield ['rows', same_fields ? all.map((row) => build(fields.map((field) => readField(row, field)))) : all]
    yield ['count', all.length]
  },
})
