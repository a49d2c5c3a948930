import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openSheets, parsePin, provider, readValues, sheetPin, spreadsheetPin, toCell, toRange, toValuesPath } from './api.ts'
import { nameColumns, toValues } from './rows.ts'
import { credentials } from './samples.ts'

export const appendRows = defineBlock({
  id: 'e9d88ad9-1e3e-4318-9e00-b19be9d7bcf9',
  name: 'append-rows',
  icon: 'rows-3',
  description: 'Append rows to a Google Sheets spreadsheet.',
  category: 'PRODUCTIVITY',
  common: true,
  synonyms: ['add row', 'insert row', 'spreadsheet', 'google sheet', 'save rows'],
  capabilities: { http: ['GET,POST,PUT sheets.googleapis.com/v4/spreadsheets/*'], credentials: [provider.name] },
  timeoutMs: 300_000,
  input: z.object({
    spreadsheet: spreadsheetPin,
    rows: z.array(z.record(z.string(), z.unknown())).min(1).meta({
      title: 'Rows',
      description: 'The rows. Their keys are the names in the first row of the sheet. An empty sheet gets them as its first row.',
    }),
    sheet: sheetPin,
    parse: parsePin,
  }),
  output: z.object({
    range: z.string().describe('The cells that were written.'),
    count: z.int().meta({ title: 'Count', description: 'The number of rows.' }),
  }),
  tests: [
    {
      name: 'appends in the order of the columns',
      input: { spreadsheet: 'id1', rows: [{ age: 36, name: 'Ada' }] },
      credentials,
      http: {
        "GET https://sheets.googleapis.com/v4/spreadsheets/id1/values/'Sheet1'!1%3A1": { json: { values: [['name', 'age']] } },
        "POST https://sheets.googleapis.com/v4/spreadsheets/id1/values/'Sheet1':append?valueInputOption=RAW&insertDataOption=INSERT_ROWS":
          { json: { updates: { updatedRange: 'Sheet1!A5:B5' } } },
      },
      output: [
        ['range', 'Sheet1!A5:B5'],
        ['count', 1],
      ],
    },
    {
      name: 'reports a key that is not a column',
      input: { spreadsheet: 'id1', rows: [{ size: 1 }] },
      credentials,
      http: {
        "GET https://sheets.googleapis.com/v4/spreadsheets/id1/values/'Sheet1'!1%3A1": { json: { values: [['name', 'age']] } },
      },
      output: [['error', 'the sheet has no column "size"; its columns are name, age']],
    },
    {
      name: 'needs rows',
      input: { spreadsheet: 'id1', rows: [] },
      output: [['error', (message: string) => message.includes('rows')]],
    },
  ],
  async *run({ spreadsheet, rows, sheet, parse }, context) {
    const api = await openSheets(context)
    const [header = []] = await readValues(api, spreadsheet, toRange(sheet, '1:1'))
    const columns = header.length > 0 ? nameColumns(header, header.length) : [...new Set(rows.flatMap((row) => Object.keys(row)))]
    const values = toValues(rows, columns, toCell)
    const query = { valueInputOption: parse ? 'USER_ENTERED' : 'RAW', insertDataOption: 'INSERT_ROWS' }
    const json = { values: header.length > 0 ? values : [columns, ...values] }
    const answer = await api.json('POST', toValuesPath(spreadsheet, toRange(sheet), ':append'), { query, json })
    yield ['range', z.object({ updates: z.object({ updatedRange: z.string() }) }).parse(answer).updates.updatedRange]
    yield ['count', rows.length]
  },
})
