import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openSheets, provider, readValues, sheetPin, spreadsheetPin, toRange } from './api.ts'
import { toRows } from './rows.ts'
import { credentials, notFound, notFoundMessage } from './samples.ts'

export const readRows = defineBlock({
  id: '689f57da-f2b4-4f8c-8bc4-f3fa2aa876c4',
  name: 'read-rows',
  icon: 'sheet',
  description: 'Read the rows of a Google Sheets spreadsheet, one after the other and as a list.',
  category: 'PRODUCTIVITY',
  synonyms: ['spreadsheet', 'excel', 'google sheet', 'table', 'get rows'],
  capabilities: { http: ['GET sheets.googleapis.com/v4/spreadsheets/*'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({
    spreadsheet: spreadsheetPin,
    sheet: sheetPin,
    cells: z
      .string()
      .default('')
      .meta({ title: 'Cells', description: 'Only these cells. By default the whole sheet.', examples: ['A1:D100'] }),
    has_header: z
      .boolean()
      .default(true)
      .describe('Whether the first row contains the names of the columns. Otherwise the columns are named A, B, C …'),
  }),
  output: z.object({
    row: z.record(z.string(), z.unknown()).meta({ title: 'Row', description: 'Each row, one after the other.', many: true }),
    rows: z.array(z.record(z.string(), z.unknown())).meta({ title: 'Rows', description: 'All rows as a list.' }),
    count: z.int().meta({ title: 'Count', description: 'The number of rows.' }),
  }),
  tests: [
    {
      name: 'names the columns by the first row',
      input: { spreadsheet: 'https://docs.google.com/spreadsheets/d/id1/edit#gid=0' },
      credentials,
      http: {
        "GET https://sheets.googleapis.com/v4/spreadsheets/id1/values/'Sheet1'?valueRenderOption=UNFORMATTED_VALUE&dateTimeRenderOption=FORMATTED_STRING":
          { json: { values: [['name', 'age'], ['Ada', 36], ['Bob']] } },
      },
      output: [
        ['row', { name: 'Ada', age: 36 }],
        ['row', { name: 'Bob', age: '' }],
        [
          'rows',
          [
            { name: 'Ada', age: 36 },
            { name: 'Bob', age: '' },
          ],
        ],
        ['count', 2],
      ],
    },
    {
      name: 'waits when Google limits the rate',
      input: { spreadsheet: 'id1', has_header: false },
      credentials,
      http: {
        "GET https://sheets.googleapis.com/v4/spreadsheets/id1/values/'Sheet1'": [
          { status: 429, headers: { 'retry-after': '0' }, json: { error: { message: 'Quota exceeded' } } },
          { json: { values: [[1]] } },
        ],
      },
      output: [
        ['row', { A: 1 }],
        ['rows', [{ A: 1 }]],
        ['count', 1],
      ],
    },
    {
      name: 'reports a spreadsheet that does not exist',
      input: { spreadsheet: 'id2' },
      credentials,
      http: { "GET https://sheets.googleapis.com/v4/spreadsheets/id2/values/'Sheet1'": notFound },
      output: [['error', notFoundMessage]],
    },
    {
      name: 'refuses an address that is no spreadsheet',
      input: { spreadsheet: 'https://example.com/a' },
      output: [['error', (message: string) => message.includes('must be the id')]],
    },
    {
      name: 'columns without a name, whose letters are the name of another column',
      input: { spreadsheet: 'id1' },
      credentials,
      http: {
        "GET https://sheets.googleapis.com/v4/spreadsheets/id1/values/'Sheet1'": {
          json: {
            values: [
              ['C', 'x', '', 'x', '2024'],
              [1, 2, 3, 4, 5],
            ],
          },
        },
      },
      output: [
        ['row', { C: 1, x: 2, C_2: 3, D: 4, '2024': 5 }],
        ['rows', [{ C: 1, x: 2, C_2: 3, D: 4, '2024': 5 }]],
        ['count', 1],
      ],
    },
  ],
  async *run({ spreadsheet, sheet, cells, has_header }, context) {
    const values = await readValues(await openSheets(context), spreadsheet, toRange(sheet, cells))
    const rows = toRows(values, has_header)
    for (const row of rows) yield ['row', row]
    yield ['rows', rows]
    yield ['count', rows.length]
  },
})
