import { canonicalJson, defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { readField, rows } from '../rows/index.ts'

export const column = defineBlock({
  id: '5eec74fd-53e8-41f5-aeaf-522f60f0b4b2',
  name: 'column',
  description: 'List the values of one field of all rows.',
  category: 'DATA',
  categories: ['LIST'],
  icon: 'table-cells-merge',
  synonyms: ['pluck', 'get column', 'field values', 'rows to list', 'extract column', 'column to list', 'map field'],
  input: z.object({
    rows,
    field: z.string().meta({ title: 'Field', description: 'The field to read.' }),
    skip_missing: z
      .boolean()
      .default(false)
      .meta({ title: 'Skip missing', description: 'Omit missing values. Otherwise they are null.' }),
    distinct: z.boolean().default(false).meta({ title: 'Distinct', description: 'List each value once.' }),
  }),
  output: z.object({ list: z.array(z.unknown()), count: z.int().describe('Number of values.') }),
  tests: [
    {
      input: { rows: [{ a: 1 }, {}, { a: 1 }], field: 'a' },
      output: [
        ['list', [1, null, 1]],
        ['count', 3],
      ],
    },
    {
      input: { rows: [{ a: [1] }, {}, { a: [1] }], field: 'a', skip_missing: true, distinct: true },
      output: [
        ['list', [[1]]],
        ['count', 1],
      ],
    },
  ],
  *run({ rows, field, skip_missing, distinct }) {
    const values = rows.map((row) => readField(row, field)).filter((value) => !skip_missing || value !== null)
    const list = distinct ? firstOfEach(values) : values
    yield ['list', list]
    yield ['count', list.length]
  },
})

function firstOfEach(values: readonly unknown[]): unknown[] {
  const seen = new Set<string>()
  return values.filter((value) => {
    const key = canonicalJson(value)
    return !seen.has(key) && seen.add(key)
  })
}
