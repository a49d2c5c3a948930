import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openWorkbook } from './open-workbook.ts'
import { filePin, rows } from './pins.ts'
import { findSheet, readSheet } from './read-sheet.ts'
import { SAMPLE } from './sample.ts'

export const read = defineBlock({
  id: '9b92d510-75ad-499d-a77e-9d8aad97c33f',
  name: 'read',
  description: 'Read the rows of a sheet of an Excel or OpenDocument workbook.',
  category: 'DATA',
  common: true,
  categories: ['FILES'],
  icon: 'file-spreadsheet',
  synonyms: [
    'excel',
    'xlsx',
    'read excel',
    'parse xlsx',
    'spreadsheet',
    'ods',
    'workbook',
    'extract from file',
    'import excel',
    'xlsx to json',
    'worksheet',
  ],
  capabilities: { files: ['read'] },
  onCrash: 'retry', // the block only reads
  input: z.object({
    file: filePin.optional().meta({
      title: 'File',
      description: 'Path of a file of the execution. Set either this or base64.',
      examples: ['report.xlsx'],
    }),
    base64: z.string().optional().meta({ title: 'Base64', description: 'The file in base64, or a data URI.' }),
    sheet: z
      .union([z.string(), z.int()])
      .default('')
      .meta({ title: 'Sheet', description: 'Name of the sheet, or its number from 1. By default the first one.' }),
    header_row: z.int().min(0).nullable().default(null).meta({
      title: 'Header row',
      description:
        'Number of the row with the column names, from 1. By default the first row that is not empty. With 0 there is none, and the columns are A, B, C …',
    }),
    merged: z
      .enum(['first', 'fill'])
      .default('first')
      .meta({ title: 'Merged cells', description: 'Only the first cell of a merged range has its value, or every cell.' }),
    skip_empty: z.boolean().default(true).meta({ title: 'Skip empty rows' }),
    limit: z
      .int()
      .min(0)
      .default(0)
      .meta({ title: 'Limit', description: 'Maximum number of rows to read. 0 for all.', advanced: true }),
  }),
  output: z.object({
    rows: rows.describe(
      'Numbers, texts, booleans, and dates as text such as 2026-07-31. A formula has the value that was saved with it. An empty cell is null.',
    ),
    columns: z.array(z.string()).describe('Names of the columns in their order.'),
    sheets: z.array(z.string()).describe('Names of all sheets.'),
  }),
  tests: [
    {
      name: 'reads types, dates and the saved values of formulas',
      input: { base64: SAMPLE.workbook },
      output: [
        [
          'rows',
          [
            { name: 'Ada', born: '1815-12-10', score: 1.5, '2024': true, at: '2026-03-01T10:30:00', name_2: 'x' },
            { name: 'Alan', born: null, score: 3, '2024': null, at: '12:00:00', name_2: null },
          ],
        ],
        ['columns', ['name', 'born', 'score', '2024', 'at', 'name_2']],
        ['sheets', ['People', 'Merged']],
      ],
    },
    {
      input: { file: 'a.xlsx', sheet: 'Merged', header_row: 0, merged: 'fill' },
      files: { 'a.xlsx': { base64: SAMPLE.workbook } },
      output: [
        [
          'rows',
          [
            { A: 'Q1', B: 'Q1' },
            { A: 1, B: 2 },
          ],
        ],
        ['columns', ['A', 'B']],
        ['sheets', ['People', 'Merged']],
      ],
    },
    {
      input: { base64: SAMPLE.workbook, sheet: 2, limit: 1, header_row: 0 },
      output: [
        ['rows', [{ A: 'Q1', B: null }]],
        ['columns', ['A', 'B']],
        ['sheets', ['People', 'Merged']],
      ],
    },
    {
      input: { base64: SAMPLE.workbook, sheet: 'Other' },
      output: [['error', 'the workbook has no sheet "Other"; it has "People", "Merged"']],
    },
    { input: { base64: 'aGVsbG8=' }, output: [['error', 'the file is not an XLSX or ODS workbook']] },
    {
      input: { base64: 'UEsDBAoAAAAAAA==' },
      output: [['error', (message: string) => message.startsWith('the file is not a valid XLSX or ODS workbook: ')]],
    },
    {
      input: { base64: '0M8R4KGxGuFFAG4AYwByAHkAcAB0AGUAZABQAGEAYwBrAGEAZwBlAA==' },
      output: [['error', 'the workbook is protected by a password; remove the password and save it again']],
    },
    { input: { base64: '0M8R4KGxGuE=' }, output: [['error', 'the file is an Excel 97-2003 workbook (.xls); save it as .xlsx']] },
    { input: { base64: SAMPLE.bomb }, output: [['error', 'the workbook is larger than 41943040 bytes when it is unpacked']] },
    { input: { base64: '!' }, output: [['error', 'base64 must be valid base64']] },
    { input: {}, output: [['error', 'set either file or base64']] },
    { input: { file: 'b.xlsx' }, output: [['error', 'files: the file "b.xlsx" does not exist']] },
  ],
  async *run({ file, base64, sheet: wanted, header_row, merged, skip_empty, limit }, { files }) {
    if ((file === undefined) === (base64 === undefined)) throw new Error('set either file or base64')
    const bytes = file === undefined ? decode(base64 ?? '') : await files.read(file)
    // Empty rows may be skipped, and the position of the header may be unknown.
    const isExact = limit > 0 && header_row !== null && !skip_empty
    const workbook = openWorkbook(bytes, isExact ? limit + header_row : 0)
    const { sheet } = findSheet(workbook, String(wanted))
    const result = readSheet(sheet, { headerRow: header_row, limit, fillsMerged: merged === 'fill', skipsEmpty: skip_empty })
    yield ['rows', result.rows]
    yield ['columns', result.columns]
    yield ['sheets', workbook.SheetNames]
  },
})

function decode(text: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text.replace(/^data:[^,]*,/, ''))
  } catch (cause) {
    throw new Error('base64 must be valid base64', { cause })
  }
}
