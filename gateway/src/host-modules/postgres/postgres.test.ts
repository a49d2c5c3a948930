import { cloneDatabase } from '@ashlar/core/testing'
import { Client } from 'pg'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { createTestContext } from '../test-context.ts'
import { postgres } from './index.ts'

let url: URL
beforeAll(async () => {
  url = new URL(await cloneDatabase(inject('postgresUrl')))
  const client = new Client({ connectionString: url.href })
  await client.connect()
  await client.query('create table item (id int primary key, name text)')
  await client.query(`insert into item values (1, 'one'), (2, 'two')`)
  await client.end()
})

function call(name: 'query' | 'execute', input: object, hosts = `http://${url.hostname}:${url.port}`): Promise<unknown> {
  const found = postgres.functions?.[`postgres/${name}`]
  if (!found || typeof found === 'function') throw new Error('no function')
  const context = createTestContext(hosts)
  const secret = { type: 'USER_PASSWORD', username: url.username, password: url.password || 'none' } as const
  return found.run({ database: url.pathname.slice(1), ...input }, { ...context, secret })
}

describe('postgres/query', () => {
  it('returns rows, columns and a count', async () => {
    expect(await call('query', { sql: 'select * from item where id = any($1) order by id', parameters: [[1, 2]] })).toEqual({
      rows: [
        { id: 1, name: 'one' },
        { id: 2, name: 'two' },
      ],
      columns: [
        { name: 'id', type: 'int4' },
        { name: 'name', type: 'text' },
      ],
      count: 2,
      command: 'SELECT',
    })
  })

  it('returns values that JSON can represent', async () => {
    const sql = `select 9007199254740993::int8 as big, 1.10::numeric as exact, 'NaN'::float8 as nan, '2026-01-02'::date as day,
      '{"a": [1]}'::jsonb as json, '{1,2}'::int[] as list, '\\x0102'::bytea as bytes, null as none, true as yes`
    expect(await call('query', { sql })).toMatchObject({
      rows: [
        {
          big: 9007199254740993n,
          exact: '1.10',
          nan: 'NaN',
          day: '2026-01-02',
          json: { a: [1] },
          list: [1, 2],
          bytes: 'AQI=',
          none: null,
          yes: true,
        },
      ],
    })
  })

  it.each([
    ['a change', `insert into item values (3, 'three')`, /read-only transaction \(25006\)/],
    ['two statements', 'commit; delete from item', /cannot insert multiple commands/],
    ['a block that commits', `do $$ begin commit; delete from item; end $$`, /invalid transaction termination/],
    ['a way out of read-only', `select set_config('transaction_read_only', 'off', true)`, /read-write mode/],
    ['a syntax error', 'select 1 fro item', /^syntax error .* \(42601\) at character \d+$/],
    ['two columns of the same name', 'select 1 as a, 2 as a', /two columns have the name "a"/],
  ])('refuses %s', async (_what, sql, message) => {
    await expect(call('query', { sql })).rejects.toMatchObject({
      name: 'HostFailure',
      retryable: false,
      message: expect.stringMatching(message),
    })
    expect(await call('query', { sql: 'select count(*)::int as n from item' })).toMatchObject({ rows: [{ n: 2 }] })
  })

  it('fails if there are more rows than max_rows, and does not return a part', async () => {
    const sql = 'select * from generate_series(1, 1000000)'
    await expect(call('query', { sql, max_rows: 10 })).rejects.toThrow('the statement returns more than 10 rows')
  })

  it('stops a statement at its timeout', async () => {
    await expect(call('query', { sql: 'select pg_sleep(60)', timeout_ms: 50 })).rejects.toThrow(/statement timeout \(57014\)/)
  })

  it('uses TLS unless the credential names the server with http://', async () => {
    const server = `${url.hostname}:${url.port}`
    await expect(call('query', { sql: 'select 1' }, server)).rejects.toThrow(/does not support SSL/)
  })
})

describe('postgres/execute', () => {
  it('changes rows, and returns what the statement returns', async () => {
    const sql = `update item set name = $1 where id = 2 returning id, name`
    expect(await call('execute', { sql, parameters: ['zwei'] })).toMatchObject({ rows: [{ id: 2, name: 'zwei' }], count: 1 })
    expect(await call('query', { sql: 'select name from item where id = 2' })).toMatchObject({ rows: [{ name: 'zwei' }] })
  })

  it('changes nothing if the statement fails', async () => {
    const sql = `insert into item select n, n::text from generate_series(3, 1, -1) n`
    await expect(call('execute', { sql })).rejects.toThrow(/duplicate key .* \(23505\)/)
    expect(await call('query', { sql: 'select count(*)::int as n from item' })).toMatchObject({ rows: [{ n: 2 }] })
  })
})
