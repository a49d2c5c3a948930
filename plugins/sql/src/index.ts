import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'
import initSqlJs from 'sql.js/dist/sql-wasm-inline.js'
const q = defineBlock({
  id: 'e1c3bf7e-4d3b-4a6a-b5f0-0d7b1e6e0b01', name: 'query', description: 'x.', category: 'DATA',
  input: z.object({ sql: z.string() }), output: z.object({ rows: z.unknown() }),
  tests: [{ input: { sql: 'select 1 as a, sqlite_version() as v' }, output: [['rows', 1]] }],
  async *run({ sql }) {
    const SQL = await initSqlJs()
    const db = new SQL.Database()
    yield ['rows', [db.exec(sql), typeof Temporal, typeof WebAssembly, (() => { try { return new Function('return 1')() } catch (e) { return String(e) } })()]]
  },
})
export default definePlugin({ name: 'sql', memoryMb: 256, blocks: [q] })
