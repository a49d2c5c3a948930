import { defineBlock } from '@ashlar/sdk'
import Papa from 'papaparse'
import { z } from 'zod'
import { fieldOf, rows } from './rows.ts'

export const writeCsv = defineBlock({
  id: '10870e48-efb4-4d3a-839a-9458560c2669',
  name: 'write-csv',
  description: 'Write rows as the text of a CSV table.',
  category: 'DATA',
  input: z.object({
    rows,
    delimiter: z.string().length(1).default(',').describe('Character between values.'),
    header: z.boolean().default(true).describe('Begin with a line of the field names.'),
  }),
  output: z.object({ csv: z.string().describe('A line per row; columns in the order in which the rows name them first.') }),
  tests: [
    {
      input: {
        rows: [
          { name: 'Byron, "Lord"', born: 1788 },
          { name: 'Ada', child: ['x'] },
        ],
      },
      output: [['csv', 'name,born,child\n"Byron, ""Lord""",1788,\nAda,,"[""x""]"']],
    },
    { input: { rows: [{ a: true, b: null }], delimiter: ';', header: false }, output: [['csv', 'true;']] },
    { input: { rows: [] }, output: [['csv', '']] },
  ],
  *run({ rows, delimiter, header }) {
    const fields = [...new Set(rows.flatMap((row) => Object.keys(row)))]
    const data = rows.map((row) => fields.map((field) => showValue(fieldOf(row, field))))
    yield ['csv', Papa.unparse(header && fields.length > 0 ? [fields, ...data] : data, { delimiter, newline: '\n' })]
  },
})

function showValue(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}
