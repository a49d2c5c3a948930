import { canonicalJson, defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { readField, rows, withField } from '../rows/index.ts'

export const number = defineBlock({
  id: 'd8722b70-7c24-49a6-9bc3-6d475dfc1cc1',
  name: 'number',
  description: 'Number the rows in their order.',
  category: 'DATA',
  icon: 'list-ordered',
  synonyms: ['row number', 'index column', 'add index', 'counter', 'sequence', 'auto increment', 'row id', 'enumerate'],
  input: z.object({
    rows,
    field: z.string().min(1).default('number').meta({ title: 'Field', description: 'Field for the number.' }),
    start: z.int().default(1).meta({ title: 'Start', description: 'Number of the first row.' }),
    step: z.int().default(1).meta({ title: 'Step', description: 'Difference between two rows.', advanced: true }),
    by: z
      .array(z.string())
      .default([])
      .meta({ title: 'By', description: 'Fields of a group. The numbers of each group start again.' }),
  }),
  output: z.object({ rows }),
  tests: [
    {
      input: { rows: [{ a: 'x' }, { a: 'y' }], field: 'n', start: 10, step: 10 },
      output: [
        [
          'rows',
          [
            { a: 'x', n: 10 },
            { a: 'y', n: 20 },
          ],
        ],
      ],
    },
    {
      input: { rows: [{ a: 'x' }, { a: 'y' }, { a: 'x' }, {}], by: ['a'] },
      output: [['rows', [{ a: 'x', number: 1 }, { a: 'y', number: 1 }, { a: 'x', number: 2 }, { number: 1 }]]],
    },
  ],
  *run({ rows, field, start, step, by }) {
    const next = new Map<string, number>()
    yield [
      'rows',
      rows.map((row) => {
        const group = by.length === 0 ? '' : canonicalJson(by.map((each) => readField(row, each)))
        const value = next.get(group) ?? start
        next.set(group, value + step)
        return withField(row, field, value)
      }),
    ]
  },
})
