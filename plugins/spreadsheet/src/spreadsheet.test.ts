import fc from 'fast-check'
import { strToU8, unzipSync, zipSync } from 'fflate'
import { expect, test } from 'vitest'
import XLSX from '@e965/xlsx/dist/xlsx.mini.min.js'
import { openWorkbook } from './open-workbook.ts'
import { read } from './read.ts'
import { write } from './write.ts'

type Pairs = AsyncIterable<[string, unknown]>

async function runBlock(block: typeof read | typeof write, input: unknown): Promise<Record<string, unknown>> {
  const pairs = block.run(block.input.parse(input) as never, { files: {} } as never) as Pairs
  const all: Record<string, unknown> = {}
  for await (const [pin, value] of pairs) all[pin] = value
  return all
}

/** XML does not allow control characters, and an empty text is an empty cell. */
const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
  .filter((each) => each.trim() === each && !/^_x|^\d{4}-|[\r\n]/.test(each))
const cell = fc.oneof(
  text,
  fc.integer({ min: -1e9, max: 1e9 }),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map((each) => Number(each.toPrecision(12)) + 0),
  fc.boolean(),
  fc
    .date({ min: new Date('1901-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
    .map((each) => each.toISOString().slice(0, 10)),
  fc.constant(null),
)

test('read returns the rows that write has written', { timeout: 60_000 }, async () => {
  const rows = fc.array(fc.record({ a: text, b: cell, '2024': cell }), { minLength: 1, maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(rows, async (table) => {
      const { base64 } = await runBlock(write, { rows: table })
      expect((await runBlock(read, { base64 }))['rows']).toEqual(table)
    }),
    { numRuns: 60 },
  )
})

test('a workbook whose directory declares a smaller size than it has takes no more memory', () => {
  const bytes = zipSync({ 'xl/workbook.xml': new Uint8Array(60 * 1024 * 1024) })
  const view = new DataView(bytes.buffer)
  for (let at = 0; at < bytes.length - 4; at++) if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 1000, true)
  expect(() => openWorkbook(bytes, 0)).toThrow('not a valid XLSX or ODS workbook')
})

test('a workbook whose sheet has no end is refused', async () => {
  const { base64 } = await runBlock(write, { rows: [{ a: 1 }, { a: 2 }] })
  const parts = unzipSync(Uint8Array.fromBase64(String(base64)))
  const path = 'xl/worksheets/sheet1.xml'
  const sheet = parts[path] ?? new Uint8Array()
  for (const damaged of [sheet.slice(0, -30), strToU8('no XML')]) {
    const file = zipSync({ ...parts, [path]: damaged })
    expect(() => openWorkbook(file, 0)).toThrow('the workbook is damaged: its part "xl/worksheets/sheet1.xml" has no end')
  }
  expect(openWorkbook(zipSync({ ...parts, [path]: strToU8('<worksheet/>') }), 0).SheetNames).toEqual(['Sheet1'])
})

test('a sheet that refers to a text that does not exist is named', async () => {
  const { base64 } = await runBlock(write, { rows: [{ a: 1 }] })
  const parts = unzipSync(Uint8Array.fromBase64(String(base64)))
  const path = 'xl/worksheets/sheet1.xml'
  const cells = '<row r="1"><c r="A1" t="s"><v>999999</v></c></row>'
  parts[path] = strToU8(
    `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${cells}</sheetData></worksheet>`,
  )
  const file = zipSync(parts).toBase64()
  await expect(runBlock(read, { base64: file })).rejects.toThrow('the sheet "Sheet1" cannot be read')
})

/** A workbook whose only table starts at B3. */
function createWorkbook(rows: unknown[][]): string {
  const sheet = XLSX.utils.aoa_to_sheet(rows, { origin: 'B3' } as object)
  sheet['!ref'] = `B3:${XLSX.utils.encode_cell({ r: rows.length + 1, c: rows[0]?.length ?? 1 })}`
  const book = XLSX.utils.book_new()
  XLSX.utils.book_append_sheet(book, sheet, 'S')
  return new Uint8Array(XLSX.write(book, { type: 'array', bookType: 'xlsx' }) as ArrayBuffer).toBase64()
}

test('rows are counted from the top of the sheet, also if the first ones are empty', async () => {
  const base64 = createWorkbook([
    ['name', ''],
    ['Ada', 1815],
    ['Alan', 1912],
  ])
  const rows = [
    { name: 'Ada', C: 1815 },
    { name: 'Alan', C: 1912 },
  ]
  expect((await runBlock(read, { base64 }))['rows']).toEqual(rows)
  expect((await runBlock(read, { base64, header_row: 3 }))['rows']).toEqual(rows)
  expect((await runBlock(read, { base64, limit: 1 }))['rows']).toEqual(rows.slice(0, 1))
  expect((await runBlock(read, { base64, header_row: 3, limit: 1, skip_empty: false }))['rows']).toEqual(rows.slice(0, 1))
})

test('a time of day is read without the error of its binary fraction', async () => {
  const base64 = createWorkbook([['at'], [{ t: 'n', v: 46234 + 31 / 72, z: 'yyyy-mm-dd hh:mm' }]])
  expect((await runBlock(read, { base64 }))['rows']).toEqual([{ at: '2026-07-31T10:20:00' }])
})

test('a text that only looks like a date remains a text', async () => {
  const rows = [{ day: '2026-02-30', at: '2026-02-29T10:00:00' }]
  const { base64 } = await runBlock(write, { rows })
  expect((await runBlock(read, { base64 }))['rows']).toEqual(rows)
})
