import { defineBlock, type BlockContext, type Yielded } from '@ashlar/sdk'
import { z } from 'zod'
import { checkDialect, readCsv, type CsvFault } from './dialect.ts'
import { detectDelimiter } from './detect-delimiter.ts'
import { nameColumns } from './columns.ts'
import { delimiterPin, quotecharPin } from './pins.ts'
import { readTable } from './read-table.ts'
import { textRow } from '../../rows/index.ts'

const MAX_FAULTS_SHOWN = 10

const inputPins = z.object({
  contents: z.string().nullable().default(null).describe('The text of the table.'),
  file_input: z.string().nullable().default(null).meta({
    title: 'File',
    description: 'The path of a file of the execution, or a data URI, to read instead of the text.',
  }),
  delimiter: delimiterPin,
  detect_delimiter: z.boolean().default(false).meta({
    title: 'Detect delimiter',
    description:
      'Use the character of , ; tab and | that divides the first rows into the most columns of equal number, instead of the pin delimiter.',
  }),
  quotechar: quotecharPin,
  escapechar: z
    .string()
    .max(1)
    .optional()
    .describe('Character that escapes the next character, such as \\. By default none, as in RFC 4180.'),
  has_header: z
    .boolean()
    .default(true)
    .describe('Use the first row as keys. Values without a key in the first row get the keys 0, 1, 2 …'),
  skip_rows: z.int().min(0).default(0).describe('Number of rows to skip after the header.'),
  strip: z.boolean().default(true).describe('Remove white space around keys and values, except inside quotes.'),
  skip_columns: z.array(z.string()).default([]).describe('Keys of columns to omit.'),
  produce_singular_result: z.boolean().default(false).describe('Send the rows one by one instead of as a list.'),
  duplicate_headers: z
    .enum(['rename', 'error'])
    .default('rename')
    .describe('Rename a second column "phone" to "phone_2", or fail.'),
  ragged_rows: z
    .enum(['keep', 'error'])
    .default('keep')
    .describe('Keep the values of a row that has fewer or more values than the header (or the first row), or fail.'),
  autogpt_quirks: z.boolean().default(false).meta({
    description: 'In imported graphs: a backslash escapes by default, and skip_columns has no effect.',
    hidden: true,
  }),
  produce_columns: z.boolean().default(false).describe('Also send the keys of the columns in their order, before the rows.'),
})

const outputPins = z.object({
  columns: z.array(z.string()).describe('The keys in the order of the columns, if produce_columns is on.'),
  row: textRow.meta({ description: 'Each row in a loop, if produce_singular_result is on. Values are texts.', many: true }),
  rows: z.array(textRow).describe('All rows. Values are texts.'),
})

type Input = z.output<typeof inputPins>
type Pair = Yielded<typeof outputPins>

export const parseCsv = defineBlock({
  id: 'acf7625e-d2cb-4941-bfeb-2819fc6fc015',
  name: 'parse-csv',
  description: 'Parse the text of a CSV table (RFC 4180) into rows.',
  category: 'DATA',
  common: true,
  icon: 'sheet',
  synonyms: [
    'read csv',
    'import csv',
    'spreadsheet',
    'excel',
    'tsv',
    'semicolon separated',
    'extract from file',
    'csv to json',
    'table',
  ],
  capabilities: { files: ['read'] },
  input: inputPins,
  output: outputPins,
  tests: [
    {
      input: { contents: 'name;price\n"a;b";1,5\nc;2,5\n', detect_delimiter: true },
      output: [
        [
          'rows',
          [
            { name: 'a;b', price: '1,5' },
            { name: 'c', price: '2,5' },
          ],
        ],
      ],
    },
    { input: { contents: 'a\tb\n1\t2,0', detect_delimiter: true }, output: [['rows', [{ a: '1', b: '2,0' }]]] },
    { input: { contents: 'a\n1', detect_delimiter: true }, output: [['rows', [{ a: '1' }]]] },
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
    {
      name: 'a backslash before a quote is part of the value',
      input: { contents: 'dir,note\n"C:\\temp\\","a folder"' },
      output: [['rows', [{ dir: 'C:\\temp\\', note: 'a folder' }]]],
    },
    {
      input: { contents: 'a,b\n"say \\"hi\\"",1', escapechar: '\\', skip_columns: ['b'] },
      output: [['rows', [{ a: 'say "hi"' }]]],
    },
    { input: { contents: '' }, output: [['rows', []]] },
    {
      name: 'a quoted empty value is a row, an empty line is not',
      input: { contents: 'v\r\na\r\n\r\n""\rb\n' },
      output: [['rows', [{ v: 'a' }, { v: '' }, { v: 'b' }]]],
    },
    {
      name: 'a quote after white space opens a value that keeps its white space',
      input: { contents: '"id", "name"\n1, " Doe, Jane "' },
      output: [['rows', [{ id: '1', name: ' Doe, Jane ' }]]],
    },
    {
      input: { contents: 'phone,phone,phone_2\n1,2,3', produce_columns: true },
      output: [
        ['columns', ['phone', 'phone_3', 'phone_2']],
        ['rows', [{ phone: '1', phone_3: '2', phone_2: '3' }]],
      ],
    },
    {
      input: { contents: 'phone,mail,phone\n1,2,3', duplicate_headers: 'error' },
      output: [['error', 'contents is not a valid table: row 1, column 3: the key "phone" is already used by column 1']],
    },
    {
      input: { contents: 'a,b\n1\n1,2,3', ragged_rows: 'error' },
      output: [
        [
          'error',
          'contents is not a valid table: row 2, column 2: the row has 1 value, the header has 2; row 3, column 3: the row has 3 values, the header has 2',
        ],
      ],
    },
    {
      name: 'reports every error with its position',
      input: { contents: 'a,b\n"1"x,2\n3,"open' },
      output: [
        [
          'error',
          'contents is not a valid table: row 2, column 1: "x" follows the closing quote of the value; row 3, column 2: the value has no closing quote',
        ],
      ],
    },
    {
      input: { contents: 'a', quotechar: ',' },
      output: [['error', 'delimiter, quotechar and escapechar must differ, got ",", ","']],
    },
    {
      name: 'a file in UTF-16',
      input: { file_input: 'table.csv' },
      files: { 'table.csv': { base64: '//5hACwA6QAKADEALAAyAA==' } },
      output: [['rows', [{ a: '1', é: '2' }]]],
    },
    { name: 'a data URI', input: { file_input: 'data:text/csv,a%0A1' }, output: [['rows', [{ a: '1' }]]] },
    { name: 'no text', input: {}, output: [['error', 'set the text of a table as contents, or a file as file_input']] },
    {
      name: 'a missing file',
      input: { file_input: 'table.csv' },
      output: [['error', 'files: the file "table.csv" does not exist']],
    },
    {
      name: 'a web address',
      input: { file_input: 'https://a.example/table.csv' },
      output: [['error', 'file_input must be a path or a data URI: use files/store to read https://a.example/table.csv']],
    },
    {
      name: 'the defaults of imported graphs',
      input: { contents: 'a,b\n"say \\"hi\\"",1', skip_columns: ['b'], autogpt_quirks: true },
      output: [['rows', [{ a: 'say "hi"', b: '1' }]]],
    },
  ],
  run: (input, context) => (input.contents === null ? parseFile(input, context) : parseText(input.contents, input)),
})

async function* parseFile(input: Input, { files }: Pick<BlockContext, 'files'>): AsyncGenerator<Pair> {
  yield* parseText(await readTable(input.file_input, files), input)
}

function* parseText(contents: string, { delimiter: named, quotechar: quote, strip, ...pins }: Input): Generator<Pair> {
  const escape = pins.escapechar ?? (pins.autogpt_quirks ? '\\' : '')
  const delimiter = pins.detect_delimiter ? (detectDelimiter(contents, { quote, escape }) ?? named) : named
  const dialect = { delimiter, quote, escape }
  checkDialect(dialect)
  const { rows: lines, faults } = readCsv(contents, dialect, strip)
  const header = pins.has_header ? (lines.shift() ?? []) : undefined
  const table = nameColumns(header, lines.slice(pins.skip_rows), {
    firstRow: pins.skip_rows + (header ? 2 : 1),
    mayRename: pins.duplicate_headers === 'rename',
    mayBeRagged: pins.ragged_rows === 'keep',
    skipped: pins.autogpt_quirks ? [] : pins.skip_columns,
  })
  assertNoFaults([...faults, ...table.faults])
  if (pins.produce_columns) yield ['columns', table.columns]
  if (!pins.produce_singular_result) return yield ['rows', table.rows]
  for (const row of table.rows) yield ['row', row]
}

function assertNoFaults(faults: readonly CsvFault[]): void {
  if (faults.length === 0) return
  const ordered = faults.toSorted((a, b) => a.row - b.row || a.column - b.column)
  const shown = ordered.slice(0, MAX_FAULTS_SHOWN).map(({ row, column, reason }) => `row ${row}, column ${column}: ${reason}`)
  const hidden = faults.length - shown.length
  throw new Error(`contents is not a valid table: ${shown.join('; ')}${hidden > 0 ? `; and ${hidden} more errors` : ''}`)
}
