import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openSheets, provider, sheetPin, spreadsheetPin, toRange, toValuesPath } from './api.ts'
import { credentials, notFound, notFoundMessage } from './samples.ts'

export const clearRange = defineBlock({
  id: '39c97e42-1504-4423-a6d6-4c7061c38b14',
  name: 'clear-range',
  icon: 'eraser',
  description: 'Clear the values of cells of a Google Sheets spreadsheet.',
  category: 'PRODUCTIVITY',
  synonyms: ['delete rows', 'empty cells', 'spreadsheet'],
  capabilities: { http: ['POST sheets.googleapis.com/v4/spreadsheets/*'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({
    spreadsheet: spreadsheetPin,
    cells: z
      .string()
      .default('')
      .meta({ title: 'Cells', description: 'The cells to clear. By default the whole sheet.', examples: ['A2:D'] }),
    sheet: sheetPin,
  }),
  output: z.object({ range: z.string().describe('The cells that were cleared.') }),
  tests: [
    {
      name: 'clears the cells',
      input: { spreadsheet: 'id1', cells: 'A2:D', sheet: "It's" },
      credentials,
      http: {
        "POST https://sheets.googleapis.com/v4/spreadsheets/id1/values/'It''s'!A2%3AD:clear": {
          json: { clearedRange: "'It''s'!A2:D100" },
        },
      },
      output: [['range', "'It''s'!A2:D100"]],
    },
    {
      name: 'reports a spreadsheet that does not exist',
      input: { spreadsheet: 'id2' },
      credentials,
      http: { "POST https://sheets.googleapis.com/v4/spreadsheets/id2/values/'Sheet1':clear": notFound },
      output: [['error', notFoundMessage]],
    },
  ],
  async *run({ spreadsheet, cells, sheet }, context) {
    const path = toValuesPath(spreadsheet, toRange(sheet, cells), ':clear')
    const answer = await (await openSheets(context)).json('POST', path, { json: {}, isRepeatable: true })
    yield ['range', z.object({ clearedRange: z.string() }).parse(answer).clearedRange]
  },
})
