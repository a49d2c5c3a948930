import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { parseTable, tableOutput, tablePins } from './parse-table.ts'

export const parseCsv = defineBlock({
  id: '2d428aed-f48e-4538-9e5d-e23980408974',
  name: 'parse-csv',
  description: 'Parse the text of a CSV table (RFC 4180) into rows.',
  category: 'DATA',
  common: true,
  icon: 'sheet',
  synonyms: ['spreadsheet', 'excel', 'tsv', 'semicolon separated', 'extract from file', 'csv to json', 'table'],
  input: z.object({ contents: z.string().describe('The text of the table.'), ...tablePins }),
  output: tableOutput,
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
  ],
  *run({ contents, ...pins }) {
    yield* parseTable(contents, pins)
  },
})
