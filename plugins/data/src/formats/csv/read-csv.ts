import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { parseTable, tableOutput, tablePins } from './parse-table.ts'
import { readTable } from './read-table.ts'

export const readCsv = defineBlock({
  id: 'acf7625e-d2cb-4941-bfeb-2819fc6fc015',
  name: 'read-csv',
  description: 'Read the rows of a CSV file of the execution.',
  category: 'DATA',
  categories: ['FILES'],
  icon: 'sheet',
  synonyms: ['import csv', 'open csv', 'spreadsheet', 'excel', 'tsv', 'extract from file', 'csv to json', 'table'],
  capabilities: { files: ['read'] },
  onCrash: 'retry', // the block only reads
  input: z.object({
    contents: z.string().nullable().default(null).describe('The text of a table, to read instead of a file, as parse-csv does.'),
    file_input: z.string().nullable().default(null).meta({
      title: 'File',
      description: 'The path of a file of the execution, or a data URI.',
    }),
    ...tablePins,
    autogpt_quirks: z.boolean().default(false).meta({
      description: 'In imported graphs: a backslash escapes by default, and skip_columns has no effect.',
      hidden: true,
    }),
  }),
  output: tableOutput,
  tests: [
    {
      name: 'a file in UTF-16',
      input: { file_input: 'table.csv' },
      files: { 'table.csv': { base64: '//5hACwA6QAKADEALAAyAA==' } },
      output: [['rows', [{ a: '1', é: '2' }]]],
    },
    { name: 'a data URI', input: { file_input: 'data:text/csv,a%0A1' }, output: [['rows', [{ a: '1' }]]] },
    {
      name: 'one row after the other',
      input: { file_input: 'data:text/csv,a%0A1%0A2', produce_singular_result: true },
      output: [
        ['row', { a: '1' }],
        ['row', { a: '2' }],
      ],
    },
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
  async *run({ contents, file_input: file, autogpt_quirks: hasQuirks, ...pins }, { files }) {
    yield* parseTable(contents ?? (await readTable(file, files)), pins, hasQuirks)
  },
})
