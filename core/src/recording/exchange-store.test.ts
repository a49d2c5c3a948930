import { randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../testing/index.ts'
import { listExchanges, storeExchanges } from './exchange-store.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

async function createExecution(): Promise<string> {
  const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: 'Empty', document: { nodes: [] } })
  return (await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })).id
}

const FIRST_PAGE = { first: 100, orderBy: { field: 'TIME', direction: 'ASC' }, countTotal: true, filter: {} } as const

it('ends a page before its exchanges are longer than 8 MiB, and continues after it', async () => {
  const { pool } = runtime.database
  const [large, small] = [await createExecution(), await createExecution()]
  const store = storeExchanges(pool, (error) => runtime.failures.push(error))
  const exchange = (bytes: number) => {
    const response = { status: 200, headers: [], base64: 'A'.repeat(bytes), isCut: false }
    return { method: 'GET', url: 'https://a.example/', credential: null, response, error: null }
  }
  for (let i = 0; i < 7; i++) await store(large, 'fetch', i, exchange(1_400_000))
  await store(small, 'fetch', 1, exchange(1))
  const list = async (ids: string[], after?: { value: string; id: string }) => {
    const pages = await listExchanges(pool, runtime.ownerId, ids, { ...FIRST_PAGE, ...(after && { after }) })
    return ids.map((id) => pages.get(id))
  }
  const [page] = await list([large])
  expect(page?.items.map(({ item }) => item.number)).toEqual([0, 1, 2, 3, 4])
  expect(page).toMatchObject({ hasMore: true, total: 7 })
  const [rest] = await list([large], page?.items.at(-1)?.position)
  expect(rest?.items.map(({ item }) => item.number)).toEqual([5, 6])
  expect(rest?.hasMore).toBe(false)
  const several = await list([large, small, randomUUIDv7()])
  expect(several.map((each) => each?.items.length)).toEqual([1, 1, 0])
  expect(runtime.failures).toEqual([])
})
