import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { readField, rows, withField, withoutField } from '../rows/index.ts'

export const splitColumn = defineBlock({
  id: '79e042e2-964d-43e2-ae37-4cbc2e1e328c',
  name: 'split-column',
  description: 'Split the text of a field into several fields.',
  category: 'DATA',
  icon: 'between-vertical-start',
  synonyms: ['text to columns', 'split field', 'separate', 'split name', 'parse column', 'split by delimiter'],
  input: z.object({
    rows,
    field: z.string().meta({ title: 'Field', description: 'The field to split.' }),
    delimiter: z
      .string()
      .min(1)
      .default(' ')
      .meta({ title: 'Delimiter', description: 'Text between the parts.', examples: [',', ' '] }),
    into: z
      .array(z.string())
      .min(1)
      .meta({
        title: 'Into',
        description: 'Names of the new fields. The last one contains the rest of the text.',
        examples: [['first_name', 'last_name']],
      }),
    keep: z.boolean().default(false).meta({ title: 'Keep', description: 'Keep the original field.' }),
  }),
  output: z.object({ rows: rows.describe('Parts have no surrounding white space. A field without a part is null.') }),
  tests: [
    {
      input: { rows: [{ n: 'Ada King Byron', x: 1 }, { n: 'Alan' }, { n: null }], field: 'n', into: ['first', 'last'] },
      output: [
        [
          'rows',
          [
            { x: 1, first: 'Ada', last: 'King Byron' },
            { first: 'Alan', last: null },
            { first: null, last: null },
          ],
        ],
      ],
    },
    {
      input: { rows: [{ p: '1, 2' }], field: 'p', delimiter: ',', into: ['p', 'q'], keep: true },
      output: [['rows', [{ p: '1', q: '2' }]]],
    },
    { input: { rows: [{ p: 5 }], field: 'p', into: ['a'] }, output: [['error', 'row 1: the field "p" must be a text, got 5']] },
  ],
  *run({ rows, field, delimiter, into, keep }) {
    yield [
      'rows',
      rows.map((row, i) => {
        const value = readField(row, field)
        if (value !== null && typeof value !== 'string')
          throw new Error(
            `row ${i + 1}: the field ${JSON.stringify(field)} must be a text, got ${JSON.stringify(value).slice(0, 100)}`,
          )
        const parts = value === null ? [] : splitInto(value, delimiter, into.length)
        const wide = into.reduce((each, name, k) => withField(each, name, parts[k] ?? null), row)
        return keep || into.includes(field) ? wide : withoutField(wide, field)
      }),
    ]
  },
})

function splitInto(text: string, delimiter: string, count: number): string[] {
  const parts = text.split(delimiter)
  const whole = parts.length > count ? [...parts.slice(0, count - 1), parts.slice(count - 1).join(delimiter)] : parts
  return whole.map((part) => part.trim())
}
