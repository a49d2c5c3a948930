import { defineBlock } from '@ashlar/sdk'
import Papa from 'papaparse'
import { z } from 'zod'

export const parseCsv = defineBlock({
  id: 'acf7625e-d2cb-4941-bfeb-2819fc6fc015',
  name: 'parse-csv',
  description: 'Read the text of a CSV table as rows.',
  category: 'DATA',
  input: z.object({
    contents: z.string().nullable().default(null).describe('The text of the table.'),
    file_input: z.string().nullable().default(null).describe('Not supported: give the text of the file as contents.'),
    delimiter: z.string().length(1).default(',').describe('Character between values.'),
    quotechar: z
      .string()
      .length(1)
      .default('"')
      .describe('Character around values that contain others; twice inside a value it stands for itself.'),
    escapechar: z.string().max(1).default('\\').describe('Character that may stand before a quotechar inside a value instead.'),
    has_header: z
      .boolean()
      .default(true)
      .describe('Take the keys from the first line; otherwise, and for values beyond it, they are 0, 1, 2.'),
    skip_rows: z.int().min(0).default(0).describe('Rows to leave out at the start, after the header.'),
    strip: z.boolean().default(true).describe('Drop white space around keys and values.'),
    skip_columns: z.array(z.string()).default([]).describe('Keys of columns to leave out.'),
    produce_singular_result: z.boolean().default(false).describe('Send the rows one by one instead of as a list.'),
  }),
  output: z.object({
    row: z.record(z.string(), z.string()).describe('Each row; values are texts.'),
    rows: z.array(z.record(z.string(), z.string())).describe('All rows; values are texts.'),
  }),
  tests: [
    {
      input: { contents: 'name, born\nAda,1815\n"Byron, Lord",""\n' },
      output: [
        [
          'rows',
          [
            { name: 'Ada', born: '1815' },
            { name: 'Byron, Lord', born: '' },
          ],
        ],
      ],
    },
    {
      input: { contents: 'a;b\n1; 2;3\n4;5', delimiter: ';', strip: false, produce_singular_result: true },
      output: [
        ['row', { a: '1', b: ' 2', '2': '3' }],
        ['row', { a: '4', b: '5' }],
      ],
    },
    {
      input: { contents: 'skip,skip\nx,"say ""hi"""', has_header: false, skip_rows: 1 },
      output: [['rows', [{ '0': 'x', '1': 'say "hi"' }]]],
    },
    { input: { contents: 'a,b\n"say \\"hi\\"",1', skip_columns: ['b'] }, output: [['rows', [{ a: 'say "hi"' }]]] },
    { input: { contents: '' }, output: [['rows', []]] },
    { input: { contents: 'a\n"open' }, output: [['error', 'contents has a quote in row 2 that is not closed']] },
    {
      input: { file_input: 'table.csv' },
      output: [['error', 'contents must be the text of a table; files cannot be read here']],
    },
  ],
  *run({
    contents,
    has_header: hasHeader,
    skip_rows: skipRows,
    skip_columns: skipped,
    produce_singular_result: isSingular,
    ...dialect
  }) {
    if (contents === null) throw new Error('contents must be the text of a table; files cannot be read here')
    const lines = parseLines(contents, dialect)
    const header = hasHeader ? (lines.shift() ?? []) : []
    const result = lines.slice(skipRows).map((line) => toRow(line, header, skipped))
    if (!isSingular) return yield ['rows', result]
    for (const row of result) yield ['row', row]
  },
})

interface Dialect {
  delimiter: string
  quotechar: string
  escapechar: string
  strip: boolean
}

function parseLines(contents: string, { delimiter, quotechar, escapechar, strip }: Dialect): string[][] {
  // The library knows one way to write a quotechar inside a value. Most tables double it.
  const isEscaped = escapechar !== '' && contents.includes(escapechar + quotechar)
  const { data, errors } = Papa.parse<string[]>(contents, {
    delimiter,
    quoteChar: quotechar,
    escapeChar: isEscaped ? escapechar : quotechar,
    skipEmptyLines: true,
    ...(strip && { transform: (value) => value.trim() }),
  })
  const open = errors.find((error) => error.code === 'MissingQuotes')
  if (open) throw new Error(`contents has a quote in row ${(open.row ?? 0) + 1} that is not closed`)
  return data
}

function toRow(line: string[], header: string[], skipped: string[]): Record<string, string> {
  const entries = line.map((value, i): [string, string] => [header[i] ?? String(i), value])
  return Object.fromEntries(entries.filter(([key]) => !skipped.includes(key)))
}
