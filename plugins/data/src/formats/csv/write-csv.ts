import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { checkDialect, writeCsvText } from './dialect.ts'
import { delimiterPin, quotecharPin } from './pins.ts'
import { readField, rows } from '../../rows/index.ts'

export const writeCsv = defineBlock({
  id: '10870e48-efb4-4d3a-839a-9458560c2669',
  name: 'write-csv',
  description: 'Write rows as the text of a CSV table (RFC 4180), which the block parse-csv can read.',
  category: 'DATA',
  common: true,
  icon: 'sheet',
  synonyms: ['export csv', 'to csv', 'spreadsheet', 'excel', 'json to csv', 'convert to file', 'create csv', 'table'],
  input: z.object({
    rows,
    columns: z
      .array(z.string())
      .default([])
      .describe('The fields to write, in this order. By default all fields, in the order of their first use in the rows.'),
    delimiter: delimiterPin,
    quotechar: quotecharPin,
    escapechar: z
      .string()
      .max(1)
      .default('')
      .describe('The escapechar of parse-csv, if it has one. Inside a value it is doubled.'),
    header: z.boolean().default(true).describe('Write the field names as the first row.'),
    byte_order_mark: z.boolean().default(false).meta({
      title: 'Byte order mark',
      description: 'Start with a byte order mark, without which Excel does not read UTF-8.',
      advanced: true,
    }),
    formulas: z.enum(['keep', 'escape', 'error']).default('keep').meta({
      title: 'Formulas',
      description:
        'Texts that a spreadsheet runs as formulas (they start with = + - @ or a tab): keep them, put an apostrophe before them, or fail. Escape them if the rows come from other people.',
      advanced: true,
    }),
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
    {
      name: 'starts with a byte order mark, and escapes formulas but not numbers',
      input: { rows: [{ v: '=1+1', n: -5 }, { v: '@x' }], byte_order_mark: true, formulas: 'escape' },
      output: [['csv', "\ufeffv,n\n'=1+1,-5\n'@x,"]],
    },
    {
      input: { rows: [{ v: '+x' }], formulas: 'error' },
      output: [['error', 'the text "+x" is a formula in a spreadsheet; set the pin formulas to "escape"']],
    },
    { input: { rows: [{ v: 'C:\\x' }], header: false, escapechar: '\\' }, output: [['csv', '"C:\\\\x"']] },
  ],
  *run({ rows, columns, delimiter, quotechar: quote, escapechar: escape, header, byte_order_mark, formulas }) {
    const dialect = { delimiter, quote, escape }
    checkDialect(dialect)
    const fields = columns.length > 0 ? columns : [...new Set(rows.flatMap((row) => Object.keys(row)))]
    if (fields.length === 0) return yield ['csv', '']
    const cell = (value: unknown): string => defuse(toText(value), typeof value === 'string', formulas)
    const lines = rows.map((row) => fields.map((field) => cell(readField(row, field))))
    const text = writeCsvText(header ? [fields.map(cell), ...lines] : lines, dialect)
    yield ['csv', byte_order_mark ? `\ufeff${text}` : text]
  },
})

function toText(value: unknown): string {
  if (value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Source: OWASP, CSV injection. A number keeps its sign. */
function defuse(text: string, isText: boolean, formulas: 'keep' | 'escape' | 'error'): string {
  if (formulas === 'keep' || !isText || !/^[=+\-@\t\r]/.test(text)) return text
  if (formulas === 'error')
    throw new Error(
      `the text ${JSON.stringify(text.slice(0, 100))} is a formula in a spreadsheet; set the pin formulas to "escape"`,
    )
  return `'${text}`
}
