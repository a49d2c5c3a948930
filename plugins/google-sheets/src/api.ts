import { defineProvider, oauth2, type BlockContext } from '@ashlar/sdk'
import { defineRest, type RestApi } from '@ashlar/sdk/rest'
import { z } from 'zod'

export const provider = defineProvider({
  name: 'google',
  title: 'Google',
  description: 'Grants access to the spreadsheets of your Google account.',
  hosts: ['sheets.googleapis.com'],
  auth: [
    oauth2({
      authorizationUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
      tokenUrl: 'https://oauth2.googleapis.com/token',
      revocationUrl: 'https://oauth2.googleapis.com/revoke',
      scopes: {
        'https://www.googleapis.com/auth/spreadsheets': 'Read and write spreadsheets',
        'https://www.googleapis.com/auth/spreadsheets.readonly': 'Read spreadsheets',
      },
      defaultScopes: ['https://www.googleapis.com/auth/spreadsheets'],
      clientAuthentication: 'post',
      extraAuthorizationParameters: { access_type: 'offline', prompt: 'consent' },
    }),
  ],
})

const rest = defineRest({ title: 'Google Sheets', baseUrl: 'https://sheets.googleapis.com/v4/spreadsheets' })

export async function openSheets(context: BlockContext): Promise<RestApi> {
  const { fetch } = await context.credentials(provider.name)
  return rest.open(fetch, context)
}

export const spreadsheetPin = z
  .string()
  .transform((text) => /\/spreadsheets\/d\/([\w-]+)/.exec(text)?.[1] ?? text.trim())
  .refine((id) => /^[\w-]+$/.test(id), 'must be the id or the address of a spreadsheet')
  .meta({
    title: 'Spreadsheet',
    description: 'The address or the id of the spreadsheet.',
    examples: ['https://docs.google.com/spreadsheets/d/1aBcD/edit'],
  })

export const sheetPin = z
  .string()
  .min(1)
  .max(200)
  .default('Sheet1')
  .meta({ title: 'Sheet', description: 'The name of the sheet.' })

export const parsePin = z
  .boolean()
  .default(false)
  .meta({ description: 'Whether texts are parsed as if a person typed them: formulas, dates, numbers.', advanced: true })

/** A sheet, or a range in it, in A1 notation. */
export function toRange(sheet: string, cells = ''): string {
  return `'${sheet.replaceAll("'", "''")}'${cells === '' ? '' : `!${cells}`}`
}

export function toValuesPath(spreadsheet: string, range: string, action = ''): string {
  return `/${spreadsheet}/values/${encodeURIComponent(range)}${action}`
}

const valuesSchema = z.object({ range: z.string().default(''), values: z.array(z.array(z.unknown())).default([]) })

/** Empty cells at the end of a row and empty rows at the end are left out. */
export async function readValues(api: RestApi, spreadsheet: string, range: string): Promise<unknown[][]> {
  const query = { valueRenderOption: 'UNFORMATTED_VALUE', dateTimeRenderOption: 'FORMATTED_STRING' }
  return valuesSchema.parse(await api.json('GET', toValuesPath(spreadsheet, range), { query })).values
}

/** A cell holds a text, a number or a boolean. Everything else becomes JSON. */
export function toCell(value: unknown): unknown {
  if (value === null || value === undefined) return ''
  if (typeof value === 'bigint') return String(value)
  return typeof value === 'object' ? JSON.stringify(value) : value
}
