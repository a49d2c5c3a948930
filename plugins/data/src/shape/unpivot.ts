import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { readField, rowBuilder, rows, type Row } from '../rows/index.ts'

export const unpivot = defineBlock({
  id: 'e3870a96-9d0a-4199-be77-acbf19753394',
  name: 'unpivot',
  description: 'Turn columns into rows: one row for each value, with the name of its column.',
  category: 'DATA',
  icon: 'table-columns-split',
  synonyms: ['melt', 'wide to long', 'gather', 'columns to rows', 'stack', 'reshape', 'normalize table', 'flatten table'],
  input: z.object({
    rows,
    keep: z
      .array(z.string())
      .default([])
      .meta({ title: 'Keep', description: 'Fields to repeat in every new row.', examples: [['id']] }),
    fields: z
      .array(z.string())
      .default([])
      .meta({ title: 'Fields', description: 'Fields to turn into rows. By default all others.' }),
    name_field: z.string().min(1).default('name').meta({ title: 'Name field', description: 'Field for the name of the column.' }),
    value_field: z.string().min(1).default('value').meta({ title: 'Value field', description: 'Field for the value.' }),
    skip_missing: z.boolean().default(true).meta({ title: 'Skip missing', description: 'Make no row of a missing value.' }),
  }),
  output: z.object({ rows }),
  tests: [
    {
      input: {
        rows: [
          { id: 1, a: 5, b: null },
          { id: 2, b: 6 },
        ],
        keep: ['id'],
      },
      output: [
        [
          'rows',
          [
            { id: 1, name: 'a', value: 5 },
            { id: 2, name: 'b', value: 6 },
          ],
        ],
      ],
    },
    {
      input: {
        rows: [{ id: 1, '2024': 5, x: 0 }],
        keep: ['id'],
        fields: ['2024', '2025'],
        name_field: 'year',
        value_field: 'n',
        skip_missing: false,
      },
      output: [
        [
          'rows',
          [
            { id: 1, year: '2024', n: 5 },
            { id: 1, year: '2025', n: null },
          ],
        ],
      ],
    },
    {
      input: { rows: [], keep: ['name'] },
      output: [['error', 'the new rows would have two fields "name"; change keep, name_field or value_field']],
    },
  ],
  *run({ rows, keep, fields, name_field, value_field, skip_missing }) {
    const names = [...keep, name_field, value_field]
    const twice = names.find((name, i) => names.indexOf(name) < i)
    if (twice !== undefined)
      throw new Error(`the new rows would have two fields ${JSON.stringify(twice)}; change keep, name_field or value_field`)
    const build = rowBuilder(names)
    yield [
      'rows',
      rows.flatMap((row): Row[] => {
        const kept = keep.map((field) => readField(row, field))
        const turned = (fields.length > 0 ? fields : Object.keys(row)).filter((field) => !keep.includes(field))
        const cells = turned.map((field): [string, unknown] => [field, readField(row, field)])
        return cells
          .filter(([, value]) => !skip_missing || value !== null)
          .map(([field, value]) => build([...kept, field, value]))
      }),
    ]
  },
})
