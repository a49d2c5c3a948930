import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openSheets, provider, spreadsheetPin } from './api.ts'
import { credentials, notFound, notFoundMessage } from './samples.ts'

const sheetSchema = z.object({
  properties: z.object({
    title: z.string(),
    sheetId: z.int(),
    gridProperties: z.object({ rowCount: z.int(), columnCount: z.int() }).default({ rowCount: 0, columnCount: 0 }),
  }),
})
const answerSchema = z.object({ properties: z.object({ title: z.string() }), sheets: z.array(sheetSchema) })

export const listSheets = defineBlock({
  id: '3d4e7af1-fe39-4d31-bb7e-9d07cf635121',
  name: 'list-sheets',
  icon: 'list',
  description: 'Return the sheets of a Google Sheets spreadsheet.',
  category: 'PRODUCTIVITY',
  synonyms: ['tabs', 'worksheets', 'spreadsheet'],
  capabilities: { http: ['GET sheets.googleapis.com/v4/spreadsheets/*'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({ spreadsheet: spreadsheetPin }),
  output: z.object({
    list: z.array(z.string()).describe('The names of the sheets.'),
    rows: z
      .array(z.record(z.string(), z.unknown()))
      .meta({ title: 'Rows', description: 'The sheets, with their name, id and size.' }),
    title: z.string().describe('The title of the spreadsheet.'),
  }),
  tests: [
    {
      name: 'returns the sheets',
      input: { spreadsheet: 'id1' },
      credentials,
      http: {
        'GET https://sheets.googleapis.com/v4/spreadsheets/id1?fields=properties.title%2Csheets.properties': {
          json: {
            properties: { title: 'Shop' },
            sheets: [{ properties: { title: 'Items', sheetId: 0, gridProperties: { rowCount: 100, columnCount: 26 } } }],
          },
        },
      },
      output: [
        ['list', ['Items']],
        ['rows', [{ name: 'Items', id: 0, rows: 100, columns: 26 }]],
        ['title', 'Shop'],
      ],
    },
    {
      name: 'reports a spreadsheet that does not exist',
      input: { spreadsheet: 'id2' },
      credentials,
      http: { 'GET https://sheets.googleapis.com/v4/spreadsheets/id2': notFound },
      output: [['error', notFoundMessage]],
    },
  ],
  async *run({ spreadsheet }, context) {
    const query = { fields: 'properties.title,sheets.properties' }
    const { properties, sheets } = answerSchema.parse(await (await openSheets(context)).json('GET', `/${spreadsheet}`, { query }))
    yield ['list', sheets.map((sheet) => sheet.properties.title)]
    yield ['rows', sheets.map(toRow)]
    yield ['title', properties.title]
  },
})

function toRow({ properties: { title, sheetId, gridProperties } }: z.output<typeof sheetSchema>): Record<string, unknown> {
  return { name: title, id: sheetId, rows: gridProperties.rowCount, columns: gridProperties.columnCount }
}
