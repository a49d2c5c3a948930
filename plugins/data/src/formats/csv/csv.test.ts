import { orderedObject, parseJson } from '@ashlar/sdk'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCsv } from './parse-csv.ts'
import { writeCsv } from './write-csv.ts'

test('blocks preserve the order of columns', () => {
  const csv = 'name,2024,2023,0\nx,1,2,3'
  const { rows } = runBlock(parseCsv, { contents: csv })
  expect(runBlock(writeCsv, { rows: parseJson(JSON.stringify(rows)) }).csv).toBe(csv)
})

type Row = Record<string, string>
type Pins = { delimiter?: string; quotechar?: string; escapechar?: string; strip?: boolean }

/** Text in which the special characters of CSV are frequent. An unpaired surrogate is also text. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(',', ';', '\t', '|', '"', "'", '\\', '\r', '\n', ' ', '\u00a0', '\ufeff', '\ud83d', '😀', '2024', ''),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''))

const header = fc.uniqueArray(
  text.map((name) => (name === '__proto__' ? '_' : name)),
  { minLength: 1, maxLength: 4 },
)

const table = header.chain((columns) =>
  fc.record({
    columns: fc.constant(columns),
    lines: fc.array(fc.array(text, { minLength: columns.length, maxLength: columns.length }), { maxLength: 5 }),
  }),
)

const pins = fc
  .record({
    delimiter: fc.constantFrom(',', ';', '\t', '|', ' ', 'x', '^', '\u00a0'),
    quotechar: fc.constantFrom('"', "'", '`', ' ', ']', '\u2028'),
    escapechar: fc.constantFrom('', '\\', '-'),
    strip: fc.boolean(),
  })
  .filter(({ delimiter, quotechar }) => delimiter !== quotechar)

test('parse-csv reads the rows that write-csv wrote with the defaults', () => {
  fc.assert(
    fc.property(table, ({ columns, lines }) => {
      const rows = lines.map((line) => toRow(columns, line))
      expect(read(write(rows, columns))).toEqual({ columns, rows })
    }),
    { numRuns: 3000 },
  )
})

test('parse-csv reads the rows that write-csv wrote with any dialect', () => {
  fc.assert(
    fc.property(table, pins, ({ columns, lines }, dialect) => {
      const rows = lines.map((line) => toRow(columns, line))
      const { strip: _, ...writing } = dialect
      expect(read(write(rows, columns, writing), dialect)).toEqual({ columns, rows })
    }),
    { numRuns: 3000 },
  )
})

function toRow(columns: string[], values: string[]): Row {
  return orderedObject(columns.map((column, i) => [column, values[i] ?? '']))
}

function write(rows: Row[], columns: string[], dialect: Pins = {}): string {
  // Without `columns`, the rows determine the columns.
  return runBlock(writeCsv, { rows, columns: rows.length > 0 ? [] : columns, ...dialect }).csv as string
}

function read(contents: string, dialect: Pins = {}): unknown {
  return runBlock(parseCsv, { contents, produce_columns: true, ...dialect })
}

function runBlock(block: typeof parseCsv | typeof writeCsv, input: unknown): Record<string, unknown> {
  const pairs = block.run(block.input.parse(input) as never, undefined as never)
  return Object.fromEntries(pairs as Iterable<[string, unknown]>)
}
