import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { checkDialect, writeCsvText } from './csv.ts'
import { readField, rows } from '../rows/index.ts'

export const writeCsv = defineBlock({
  id: '10870e48-efb4-4d3a-839a-9458560c2669',
  name: 'write-csv',
  description: 'Write rows as the text of a CSV table (RFC 4180), which the block parse-csv can read.',
  category: 'DATA',
  icon: 'sheet',
  synonyms: ['export csv', 'to csv', 'spreadsheet', 'excel', 'json to csv', 'convert to file', 'create csv', 'table'],
  input: z.object({
    rows,
    columns: z
      .array(z.string())
      .default([])
      .describe('The fields to write, in this order. By default all fields, in the order of their first use in the rows.'),
    delimiter: z.string().length(1).default(',').describe('Character between values.'),
    quotechar: z
      .string()
      .length(1)
      .default('"')
      .describe('Character around values that contain special characters. Inside a value it is doubled.'),
    escapechar: z
      .string()
      .max(1)
      .default('')
      .describe('The escapechar of parse-csv, if it has one. Inside a value it is doubled.'),
    header: z.boolean().default(true).describe('Write the field names as the first row.'),
  }),
  output: z.object({ csv: z.string().describe('One line per row. A field that a row lacks is empty.') }),
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
      name: 'columns sets the order, also for fields that look like numbers',
      input: { rows: [{ '2024': '1', '2023': '2', name: 'x', note: '' }], columns: ['name', '2024', '2023'] },
      output: [['csv', 'name,2024,2023\nx,1,2']],
    },
    {
      name: 'a table of one column keeps its empty values',
      input: { rows: [{ v: 'a' }, { v: '' }, { v: 'b' }] },
      output: [['csv', 'v\na\n""\nb']],
    },
    {
      name: 'quotes leading and trailing white space',
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
