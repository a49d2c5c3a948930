import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openSheets, parsePin, provider, sheetPin, spreadsheetPin, toCell, toRange, toValuesPath } from './api.ts'
import { credentials } from './samples.ts'

export const updateRange = defineBlock({
  id: '3d6c1fe8-4899-4984-85af-6ba134923c92',
  name: 'update-range',
  icon: 'pencil',
  description: 'Write values to cells of a Google Sheets spreadsheet.',
  category: 'PRODUCTIVITY',
  synonyms: ['write cells', 'set cell', 'spreadsheet', 'google sheet'],
  capabilities: { http: ['PUT sheets.googleapis.com/v4/spreadsheets/*'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({
    spreadsheet: spreadsheetPin,
    cells: z
      .string()
      .min(1)
      .meta({ title: 'Cells', description: 'The first cell, or the range to write.', examples: ['A1', 'B2:D10'] }),
    values: z
      .array(z.array(z.unknown()))
      .min(1)
      .meta({
        title: 'Values',
        description: 'Rows of cells.',
        examples: [
          [
            ['name', 'age'],
            ['Ada', 36],
          ],
        ],
      }),
    sheet: sheetPin,
    parse: parsePin,
  }),
  output: z.object({
    range: z.string().describe('The cells that were written.'),
    count: z.int().meta({ title: 'Count', description: 'The number of cells.' }),
  }),
  tests: [
    {
      name: 'writes the cells',
      input: { spreadsheet: 'id1', cells: 'A1', values: [['a', { b: 1 }]] },
      credentials,
      http: {
        "PUT https://sheets.googleapis.com/v4/spreadsheets/id1/values/'Sheet1'!A1?valueInputOption=RAW": {
          json: { updatedRange: 'Sheet1!A1:B1', updatedCells: 2 },
        },
      },
      output: [
        ['range', 'Sheet1!A1:B1'],
        ['count', 2],
      ],
    },
    {
      name: 'reports a range that does not exist',
      input: { spreadsheet: 'id1', cells: 'ZZZZ1', values: [[1]] },
      credentials,
      http: {
        "PUT https://sheets.googleapis.com/v4/spreadsheets/id1/values/'Sheet1'!ZZZZ1": {
          status: 400,
          json: { error: { message: 'Unable to parse range' } },
        },
      },
      output: [['error', 'Google Sheets answered with status 400: Unable to parse range']],
    },
  ],
  async *run({ spreadsheet, cells, values, sheet, parse }, context) {
    const api = await openSheets(context)
    const query = { valueInputOption: parse ? 'USER_ENTERED' : 'RAW' }
    const json = { values: values.map((row) => row.map(toCell)) }
    const answer = await api.json('PUT', toValuesPath(spreadsheet, toRange(sheet, cells)), { query, json })
    const { updatedRange, updatedCells } = z.object({ updatedRange: z.string(), updatedCells: z.int().default(0) }).parse(answer)
    yield ['range', updatedRange]
    yield ['count', updatedCells]
  },
})
