import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'
import XLSX from '@e965/xlsx/dist/xlsx.mini.min.js'
const q = defineBlock({
  id: 'e1c3bf7e-4d3b-4a6a-b5f0-0d7b1e6e0b03', name: 'query', description: 'x.', category: 'DATA',
  input: z.object({ sql: z.string() }), output: z.object({ rows: z.unknown() }),
  tests: [{ input: { sql: '' }, output: [['rows', 1]] }],
  async *run({ sql }) {
    const b = XLSX.utils.book_new()
    XLSX.utils.book_append_sheet(b, XLSX.utils.aoa_to_sheet([['a', 'b'], [1, new Date(Date.UTC(2024, 1, 3))]], {UTC: true}), 'S')
    const out = XLSX.write(b, { type: 'array', bookType: 'xlsx' })
    const w = XLSX.read(new Uint8Array(out), { type: 'array', cellDates: true })
    yield ['rows', XLSX.utils.sheet_to_json(w.Sheets.S, {UTC: true, header: 1})]
  },
})
export default definePlugin({ name: 'spreadsheet', memoryMb: 256, blocks: [q] })
