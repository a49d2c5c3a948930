import { defineBlock } from '@ashlar/sdk'
import XLSX from '@e965/xlsx/dist/xlsx.mini.min.js'
import { z } from 'zod'
import { filePin, rows as rowsPin } from './pins.ts'
import { toSheet } from './to-sheet.ts'

const MAX_NAME_CHARS = 31

export const write = defineBlock({
  id: '67bad856-4cd1-4292-80bd-80dfb45000c1',
  name: 'write',
  description: 'Write rows as an Excel workbook, with one or several sheets.',
  category: 'DATA',
  common: true,
  categories: ['FILES'],
  icon: 'sheet',
  synonyms: [
    'excel',
    'xlsx',
    'create excel',
    'export excel',
    'json to xlsx',
    'spreadsheet',
    'workbook',
    'convert to file',
    'report',
    'worksheet',
  ],
  capabilities: { files: ['write'] },
  onCrash: 'retry', // a write replaces the whole file
  input: z.object({
    rows: rowsPin.default([]).meta({ title: 'Rows', description: 'The rows of the first sheet.' }),
    sheet: z.string().default('Sheet1').meta({ title: 'Sheet', description: 'Name of the first sheet.' }),
    sheets: z
      .record(z.string(), rowsPin)
      .default({})
      .meta({ title: 'Further sheets', description: 'The rows of each further sheet, by its name.' }),
    columns: z
      .array(z.string())
      .default([])
      .meta({ title: 'Columns', description: 'Fields of the first sheet, in this order. By default all fields.' }),
    header: z.boolean().default(true).meta({ title: 'Header', description: 'Write the field names as the first row.' }),
    dates: z
      .boolean()
      .default(true)
      .meta({ title: 'Dates', description: 'Write texts such as 2026-07-31 or 2026-07-31T10:00:00Z as dates (in UTC).' }),
    formulas: z.boolean().default(false).meta({
      title: 'Formulas',
      description: 'Write texts that start with = as formulas. Use it only for texts of your own.',
      advanced: true,
    }),
    file: filePin.optional().meta({
      title: 'File',
      description: 'Path of the file to write. Without it, the file is sent as base64.',
      examples: ['report.xlsx'],
    }),
  }),
  output: z.object({
    file: z.string().describe('Path of the file, if one was written.'),
    base64: z.string().describe('The file, if the pin file is not set.'),
    bytes: z.int().describe('Size of the file.'),
  }),
  tests: [
    {
      input: { rows: [{ a: 1, b: '2026-07-31' }], file: 'out/a.xlsx' },
      output: [
        ['file', 'out/a.xlsx'],
        ['bytes', (bytes: number) => bytes > 1000],
      ],
    },
    {
      input: { rows: [], sheets: { More: [{ x: true }] } },
      output: [
        ['base64', (text: string) => text.startsWith('UEsDB')],
        ['bytes', (bytes: number) => bytes > 1000],
      ],
    },
    {
      input: { rows: [{ a: 'x'.repeat(32_768) }] },
      output: [['error', 'sheet "Sheet1", row 1: the field "a" has 32768 characters; a cell has at most 32767']],
    },
    {
      input: { sheet: 'a/b' },
      output: [['error', 'the name of a sheet must have 1 to 31 characters without \\ / ? * [ ] :, got "a/b"']],
    },
    { input: { sheets: { sheet1: [] } }, output: [['error', 'two sheets have the name "sheet1"']] },
  ],
  async *run({ rows, sheet, sheets, columns, header, dates, formulas, file }, { files }) {
    const workbook = XLSX.utils.book_new()
    const all = [
      { name: sheet, rows, columns },
      ...Object.entries(sheets).map(([name, each]) => ({ name, rows: each, columns: [] })),
    ]
    assertNames(all.map(({ name }) => name))
    for (const { name, ...content } of all)
      XLSX.utils.book_append_sheet(
        workbook,
        toSheet(name, content.rows, { columns: content.columns, header, dates, formulas }),
        name,
      )
    const bytes = new Uint8Array(XLSX.write(workbook, { type: 'array', bookType: 'xlsx', compression: true }) as ArrayBuffer)
    if (file === undefined) yield ['base64', bytes.toBase64()]
    else yield ['file', (await files.write(file, bytes)).path]
    yield ['bytes', bytes.length]
  },
})

function assertNames(names: readonly string[]): void {
  const taken = new Set<string>()
  for (const name of names) {
    if (name === '' || name.length > MAX_NAME_CHARS || /[\\/?*[\]:]/.test(name))
      throw new Error(
        `the name of a sheet must have 1 to ${MAX_NAME_CHARS} characters without \\ / ? * [ ] :, got ${JSON.stringify(name).slice(0, 100)}`,
      )
    if (taken.has(name.toLowerCase())) throw new Error(`two sheets have the name ${JSON.stringify(name)}`)
    taken.add(name.toLowerCase())
  }
}
