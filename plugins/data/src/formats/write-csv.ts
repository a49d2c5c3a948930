import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { checkDialect, writeCsvText } from './csv.ts'
import { readField, rows } from '../rows/index.ts'

export const writeCsv = defineBlock({
  id: '10870e48-efb4-4d3a-839a-9458560c2669',
  name: 'write-csv',
  description: 'Write rows as the text of a CSV table (RFC 4180). The block parse-csv reads the same rows.',
  category: 'DATA',
  input: z.object({
    rows,
    columns: z
      .array(z.string())
      .default([])
      .describe('The fields to write, in this order. Without them: all, in the order in which the rows name them first.'),
    delimiter: z.string().length(1).default(',').describe('Character between values.'),
    quotechar: z
      .string()
      .length(1)
      .default('"')
      .describe('Character around values that contain others; written twice inside a value.'),
    escapechar: z
      .string()
      .max(1)
      .default('')
      .describe('Set this where parse-csv has an escapechar; the character is written twice inside a value.'),
    header: z.boolean().default(true).describe('Begin with a row of the field names.'),
  }),
  output: z.object({ csv: z.string().describe('A line per row. A field that a row lacks is empty.') }),
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
    { input: { rows: [], columns: ['a', 'b'] }, output: [['csv', 'a,b']] },
    {
      name: 'columns sets the order, also of fields that look like numbers',
      input: { rows: [{ '2024': '1', '2023': '2', name: 'x', note: '' }], columns: ['name', '2024', '2023'] },
      output: [['csv', 'name,2024,2023\nx,1,2']],
    },
    {
      name: 'a table of one column keeps its empty values',
      input: { rows: [{ v: 'a' }, { v: '' }, { v: 'b' }] },
      output: [['csv', 'v\na\n""\nb']],
    },
    {
      name: 'white space at an end is quoted',
      input: { rows: [{ v: ' a' }], header: false, quotechar: "'" },
      output: [['csv', "' a'"]],
    },
    { input: { rows: [{ v: 'C:\\x' }], header: false, escapechar: '\\' }, output: [['csv', '"C:\\\\x"']] },
  ],
  *run({ rows, columns, delimiter, quotechar: quote, escapechar: escape, header }) {
    const dialect = { delimiter, quote, escape }
    checkDialect(dialect)
    const fields = columns.length > 0 ? columns : [...new Set(rows.flatMap((row) => Object.keys(row)))]
    if (fields.length === 0) return yield ['csv', '']
    const lines = rows.map((row) => fields.map((field) => toText(readField(row, field))))
    yield ['csv', writeCsvText(header ? [fields, ...lines] : lines, dialect)]
  },
})

function toText(value: unknown): string {
  if (value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
