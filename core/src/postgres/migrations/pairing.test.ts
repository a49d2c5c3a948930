import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { ENTITIES } from '../../create-runtime.ts'
import { cloneDatabase } from '../../testing/test-database.ts'
import { openDatabase } from '../index.ts'

let url: string
let pool: pg.Pool
beforeAll(async () => {
  url = await cloneDatabase(inject('postgresUrl'), 'COLD')
  pool = new pg.Pool({ connectionString: url, max: 1 })
})
afterAll(() => pool.end())

it('adds the pairing FIFO to saved documents and changes nothing else in them', async () => {
  await pool.query(`delete from migration where name = '20261130-pairing'`)
  const owner = randomUUID()
  await pool.query(`insert into account values ($1, 'PERSONAL', 'Ada', now())`, [owner])
  const documents = [
    '{"nodes":[],"links":[],"onUnhandledError":"FAIL","concurrency":16,"budget":10000}',
    '{"budget":1,"nodes":[{"inputs":{"b":9007199254740993,"10":1e400,"a":1.50,"__proto__":"\\u0000}"},"id":"\\"pairing\\""}]}',
    ' {\n  "links": [], "nodes": [ ]\n}\r\n\t ',
  ]
  for (const document of documents) {
    const values = [randomUUID(), owner, document]
    await pool.query(`insert into graph_version values ($1, null, $2, 1, $3, '{}', '{}', '{}', '{}', now())`, values)
  }
  await (await openDatabase({ url, entities: ENTITIES })).close()
  const { rows } = await pool.query<{ document: string }>('select document::text from graph_version')
  expect(rows.map(({ document }) => document).toSorted()).toEqual(
    [
      '{"nodes":[],"links":[],"onUnhandledError":"FAIL","concurrency":16,"budget":10000,"pairing":"FIFO"}',
      '{"budget":1,"nodes":[{"inputs":{"b":9007199254740993,"10":1e400,"a":1.50,"__proto__":"\\u0000}"},"id":"\\"pairing\\""}],"pairing":"FIFO"}',
      ' {\n  "links": [], "nodes": [ ]\n,"pairing":"FIFO"}',
    ].toSorted(),
  )
})
