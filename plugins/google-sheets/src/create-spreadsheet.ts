import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openSheets, provider } from './api.ts'
import { credentials } from './samples.ts'

export const createSpreadsheet = defineBlock({
  id: 'f29f34fa-7494-4d5b-95e0-a50d5c5462f0',
  name: 'create-spreadsheet',
  icon: 'file-plus',
  description: 'Create a Google Sheets spreadsheet.',
  category: 'PRODUCTIVITY',
  synonyms: ['new spreadsheet', 'new google sheet'],
  capabilities: { http: ['POST sheets.googleapis.com/v4/spreadsheets'], credentials: [provider.name] },
  timeoutMs: 300_000,
  input: z.object({
    title: z.string().min(1).describe('The title of the spreadsheet.'),
    sheets: z.array(z.string().min(1)).min(1).default(['Sheet1']).describe('The names of its sheets.'),
  }),
  output: z.object({
    spreadsheet: z.string().describe('The id of the spreadsheet.'),
    url: z.string().meta({ title: 'URL', description: 'The address of the spreadsheet.' }),
  }),
  tests: [
    {
      name: 'creates the spreadsheet',
      input: { title: 'Shop' },
      credentials,
      http: {
        'POST https://sheets.googleapis.com/v4/spreadsheets': {
          json: { spreadsheetId: 'id1', spreadsheetUrl: 'https://docs.google.com/spreadsheets/d/id1/edit' },
        },
      },
      output: [
        ['spreadsheet', 'id1'],
        ['url', 'https://docs.google.com/spreadsheets/d/id1/edit'],
      ],
    },
    {
      name: 'reports a missing permission',
      input: { title: 'Shop' },
      credentials,
      http: {
        'POST https://sheets.googleapis.com/v4/spreadsheets': {
          status: 403,
          json: { error: { message: 'Request had insufficient authentication scopes.' } },
        },
      },
      output: [['error', 'Google Sheets answered with status 403: Request had insufficient authentication scopes.']],
    },
  ],
  async *run({ title, sheets }, context) {
    const json = { properties: { title }, sheets: sheets.map((name) => ({ properties: { title: name } })) }
    const answer = await (await openSheets(context)).json('POST', '', { json })
    const { spreadsheetId, spreadsheetUrl } = z.object({ spreadsheetId: z.string(), spreadsheetUrl: z.string() }).parse(answer)
    yield ['spreadsheet', spreadsheetId]
    yield ['url', spreadsheetUrl]
  },
})
