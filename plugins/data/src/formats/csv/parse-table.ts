import type { Yielded } from '@ashlar/sdk'
import { z } from 'zod'
import { nameColumns } from './columns.ts'
import { detectDelimiter } from './detect-delimiter.ts'
import { checkDialect, readCsv, type CsvFault } from './dialect.ts'
import { delimiterPin, quotecharPin } from './pins.ts'
import { textRow } from '../../rows/index.ts'

const MAX_FAULTS_SHOWN = 10

/** How a table is read from its text. */
export const tablePins = {
  delimiter: delimiterPin,
  detect_delimiter: z.boolean().default(false).meta({
    title: 'Detect delimiter',
    description:
      'Use the character of , ; tab and | that divides the first rows into the most columns of equal number, instead of the pin delimiter.',
  }),
  quotechar: quotecharPin,
  escapechar: z
    .string()
    .max(1)
    .optional()
    .describe('Character that escapes the next character, such as \\. By default none, as in RFC 4180.'),
  has_header: z
    .boolean()
    .default(true)
    .describe('Use the first row as keys. Values without a key in the first row get the keys 0, 1, 2 …'),
  skip_rows: z.int().min(0).default(0).describe('Number of rows to skip after the header.'),
  strip: z.boolean().default(true).describe('Remove white space around keys and values, except inside quotes.'),
  skip_columns: z.array(z.string()).default([]).describe('Keys of columns to omit.'),
  produce_singular_result: z.boolean().default(false).describe('Send the rows one by one instead of as a list.'),
  duplicate_headers: z
    .enum(['rename', 'error'])
    .default('rename')
    .describe('Rename a second column "phone" to "phone_2", or fail.'),
  ragged_rows: z
    .enum(['keep', 'error'])
    .default('keep')
    .describe('Keep the values of a row that has fewer or more values than the header (or the first row), or fail.'),
  produce_columns: z.boolean().default(false).describe('Also send the keys of the columns in their order, before the rows.'),
}

export const tableOutput = z.object({
  columns: z.array(z.string()).describe('The keys in the order of the columns, if produce_columns is on.'),
  row: textRow.meta({ description: 'Each row in a loop, if produce_singular_result is on. Values are texts.', many: true }),
  rows: z.array(textRow).describe('All rows. Values are texts.'),
})

type TableInput = z.output<z.ZodObject<typeof tablePins>>

/** @param hasQuirks whether the defaults of AutoGPT apply: a backslash escapes, and `skip_columns` has no effect */
export function* parseTable(
  contents: string,
  { delimiter: named, quotechar: quote, strip, ...pins }: TableInput,
  hasQuirks = false,
): Generator<Yielded<typeof tableOutput>> {
  const escape = pins.escapechar ?? (hasQuirks ? '\\' : '')
  const delimiter = pins.detect_delimiter ? (detectDelimiter(contents, { quote, escape }) ?? named) : named
  const dialect = { delimiter, quote, escape }
  checkDialect(dialect)
  const { rows: lines, faults } = readCsv(contents, dialect, strip)
  const header = pins.has_header ? (lines.shift() ?? []) : undefined
  const table = nameColumns(header, lines.slice(pins.skip_rows), {
    firstRow: pins.skip_rows + (header ? 2 : 1),
    mayRename: pins.duplicate_headers === 'rename',
    mayBeRagged: pins.ragged_rows === 'keep',
    skipped: hasQuirks ? [] : pins.skip_columns,
  })
  assertNoFaults([...faults, ...table.faults])
  if (pins.produce_columns) yield ['columns', table.columns]
  if (!pins.produce_singular_result) return yield ['rows', table.rows]
  for (const row of table.rows) yield ['row', row]
}

function assertNoFaults(faults: readonly CsvFault[]): void {
  if (faults.length === 0) return
  const ordered = faults.toSorted((a, b) => a.row - b.row || a.column - b.column)
  const shown = ordered.slice(0, MAX_FAULTS_SHOWN).map(({ row, column, reason }) => `row ${row}, column ${column}: ${reason}`)
  const hidden = faults.length - shown.length
  throw new Error(`contents is not a valid table: ${shown.join('; ')}${hidden > 0 ? `; and ${hidden} more errors` : ''}`)
}
