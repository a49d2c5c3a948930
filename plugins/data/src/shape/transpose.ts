import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { listFields, readField, rowBuilder, rows } from '../rows/index.ts'

export const transpose = defineBlock({
  id: 'f8898049-8149-4287-9740-a88d83eccf13',
  name: 'transpose',
  description: 'Swap the rows and the columns of a table.',
  category: 'DATA',
  icon: 'move-diagonal',
  synonyms: ['flip table', 'rotate table', 'swap rows and columns', 'turn table'],
  input: z.object({
    rows,
    header: z.string().nullable().default(null).meta({
      title: 'Header',
      description: 'The field whose values become the new column names. Without it, the columns are 1, 2, 3 …',
    }),
    field: z
      .string()
      .min(1)
      .default('field')
      .meta({ title: 'Field', description: 'Name of the new column that contains the old column names.' }),
  }),
  output: z.object({ rows }),
  tests: [
    {
      input: {
        rows: [
          { q: 'Q1', a: 1, b: 2 },
          { q: 'Q2', a: 3 },
        ],
        header: 'q',
      },
      output: [
        [
          'rows',
          [
            { field: 'a', Q1: 1, Q2: 3 },
            { field: 'b', Q1: 2, Q2: null },
          ],
        ],
      ],
    },
    { input: { rows: [{ a: 1 }, { a: 2 }], field: 'name' }, output: [['rows', [{ name: 'a', '1': 1, '2': 2 }]]] },
    {
      input: { rows: [{ q: 'x' }, { q: 'x' }], header: 'q' },
      output: [['error', 'two columns would have the name "x"; the values of the field "q" must differ']],
    },
    { input: { rows: [] }, output: [['rows', []]] },
  ],
  *run({ rows, header, field }) {
    const names = [field, ...rows.map((row, i) => (header === null ? String(i + 1) : toName(readField(row, header))))]
    const twice = new Set(names).size < names.length ? names.find((name, i) => names.indexOf(name) < i) : undefined
    if (twice !== undefined)
      throw new Error(
        `two columns would have the name ${JSON.stringify(twice)}; the values of the field ${JSON.stringify(header)} must differ`,
      )
    const build = rowBuilder(names)
    const fields = listFields(rows).filter((each) => each !== header)
    yield ['rows', fields.map((each) => build([each, ...rows.map((row) => readField(row, each))]))]
  },
})

function toName(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
