import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { cloneDatabase } from '../testing/test-database.ts'
import { listMergedRows, listRows, where, type ListSource } from './lists.ts'

interface Item {
  id: string
  owner: string
  rank: number
}

const owners = [randomUUID(), randomUUID(), randomUUID()]
const [full = '', half = '', empty = ''] = owners
const SOURCE: ListSource = { table: 'item', parentColumn: 'owner', sort: { sql: 't.rank', type: 'int' }, conditions: [] }
let pool: pg.Pool

beforeAll(async () => {
  pool = new pg.Pool({ connectionString: await cloneDatabase(inject('postgresUrl'), 'COLD'), max: 2 })
  await pool.query('create table item (id uuid primary key, owner uuid not null, rank int not null)')
  const rows = [...Array(7).keys()].flatMap((i) => [[full, Math.floor(i / 2)], ...(i % 2 ? [[half, i]] : [])])
  for (const row of rows) await pool.query('insert into item values ($1, $2, $3)', [randomUUID(), ...row])
})

afterAll(() => pool.end())

it.each(['ASC', 'DESC'] as const)('returns each row of each parent once over all pages, %s', async (direction) => {
  for (const parent of [full, half]) {
    const ranks: number[] = []
    for (let after, more = true; more;) {
      const page = (await list([parent], { first: 2, after, direction })).get(parent)
      ranks.push(...(page?.items.map(({ item }) => item.rank) ?? []))
      after = page?.items.at(-1)?.position
      more = page?.hasMore ?? false
    }
    const expected = parent === full ? [0, 0, 1, 1, 2, 2, 3] : [1, 3, 5]
    expect(ranks).toEqual(direction === 'ASC' ? expected : expected.toReversed())
  }
})

it('rejects a position that is not one of the list', async () => {
  for (const after of [
    { value: 'x', id: full },
    { value: '1', id: 'x' },
  ])
    await expect(list([full], { first: 2, after, direction: 'ASC' })).rejects.toMatchObject({ code: 'BAD_INPUT' })
})

it('reads the rows of all parents as one page', async () => {
  const request = { first: 3, orderBy: { field: 'RANK', direction: 'DESC' }, countTotal: true } as const
  const { items, hasMore, total } = await listMergedRows<Item>(pool, SOURCE, owners, request)
  expect({ ranks: items.map(({ item }) => item.rank), hasMore, total }).toEqual({ ranks: [5, 3, 3], hasMore: true, total: 10 })
})

it('reads the pages of all parents with one statement', async () => {
  const statements: string[] = []
  const counted = { query: (text: string, values: unknown[]) => (statements.push(text), pool.query(text, values)) }
  const pages = await listRows<Item>(counted as unknown as pg.Pool, SOURCE, owners, {
    first: 1,
    orderBy: { field: 'RANK', direction: 'ASC' },
    countTotal: false,
  })
  expect(statements).toHaveLength(1)
  expect(owners.map((owner) => pages.get(owner)?.items.length)).toEqual([1, 1, 0])
})

it('counts the rows that match the conditions', async () => {
  const conditions = [where`t.rank >= ${2}`]
  const pages = await list(owners, { first: 0, direction: 'ASC', countTotal: true }, conditions)
  expect(pages.get(full)).toEqual({ items: [], hasMore: true, total: 3 })
  expect(pages.get(half)).toEqual({ items: [], hasMore: true, total: 2 })
  expect(pages.get(empty)).toEqual({ items: [], hasMore: false, total: 0 })
})

function list(
  parents: string[],
  { first, after, direction, countTotal = false }: ListOptions,
  conditions: ListSource['conditions'] = [],
): ReturnType<typeof listRows<Item>> {
  return listRows<Item>(pool, { ...SOURCE, conditions }, parents, {
    first,
    after,
    orderBy: { field: 'RANK', direction },
    countTotal,
  })
}

interface ListOptions {
  first: number
  after?: { value: string; id: string } | undefined
  direction: 'ASC' | 'DESC'
  countTotal?: boolean
}

it.each([[{ value: 'x', id: '00000000-0000-4000-8000-000000000000' }], [{ value: '1', id: 'x' }]])(
  'rejects the position %j, whose parts do not have the types of the columns',
  async (after) => {
    await expect(list([full], { first: 1, after, direction: 'ASC' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      details: { path: ['after'] },
    })
  },
)
