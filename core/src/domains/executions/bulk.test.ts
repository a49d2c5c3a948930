import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createTestRuntime, readEvents, type TestRuntime } from '../../testing/index.ts'
import type { BulkRequest } from './bulk.ts'
import type { ExecutionFilter } from './execution-filter.ts'

let runtime: TestRuntime
let stranger: string
beforeAll(async () => {
  runtime = await createTestRuntime()
  stranger = (await runtime.users.create('Stranger')).id
})
afterAll(() => runtime.close())

const sleep = { nodes: [{ id: 'wait', block: 'time/countdown', inputs: { seconds: 60 } }] }
const fail = { nodes: [{ id: 'get', block: 'list/get', inputs: { list: ['a'], index: 5 } }] }

async function createGraph(document: object, owner = runtime.ownerId): Promise<string> {
  return (await runtime.graphs.create(owner, { name: 'Bulk', document })).id
}

async function start(graphId: string, count: number, owner = runtime.ownerId): Promise<string[]> {
  const started = Array.from({ length: count }, () => runtime.executions.start(owner, { graphId, inputs: {} }))
  return (await Promise.all(started)).map(({ id }) => id)
}

async function until(graphId: string, status: 'WAITING' | 'FAILED', count: number, owner = runtime.ownerId): Promise<void> {
  await expect.poll(() => countOf(graphId, status, owner), { timeout: 30_000, interval: 20 }).toBe(count)
}

async function countOf(graphId: string, status: 'WAITING' | 'FAILED' | 'CANCELLED', owner = runtime.ownerId): Promise<number> {
  const orderBy = { field: 'CREATED_AT', direction: 'ASC' } as const
  const request = { first: 0, filter: { graphIds: [graphId], statuses: [status] }, orderBy, countTotal: true }
  return (await runtime.executions.list(owner, request)).total ?? 0
}

const toRequest = (filter: ExecutionFilter, more: Partial<BulkRequest> = {}): BulkRequest => ({
  filter,
  dryRun: false,
  limit: 100,
  ...more,
})

describe('cancelling many executions', () => {
  it('cancels the oldest ones up to the limit, and none of another user or in a dry run', async () => {
    const [graphId, theirs] = [await createGraph(sleep), await createGraph(sleep, stranger)]
    const ids = await start(graphId, 5)
    await start(theirs, 1, stranger)
    await until(graphId, 'WAITING', 5)
    await until(theirs, 'WAITING', 1, stranger)
    const all = { graphIds: [graphId, theirs] }
    const sample = await runtime.executions.cancelAll(runtime.ownerId, toRequest(all, { dryRun: true, limit: 2 }))
    expect(sample).toMatchObject({ matchedCount: 5, failures: [] })
    expect(await countOf(graphId, 'CANCELLED')).toBe(0)
    const first = await runtime.executions.cancelAll(runtime.ownerId, toRequest(all, { limit: 2 }))
    expect(first.executions.map(({ id }) => id)).toEqual(sample.executions.map(({ id }) => id))
    expect(first.executions.every(({ status }) => status === 'CANCELLED')).toBe(true)
    const rest = await runtime.executions.cancelAll(runtime.ownerId, toRequest(all))
    expect(rest).toMatchObject({ matchedCount: 3, failures: [] })
    expect(rest.executions).toHaveLength(3)
    expect(await runtime.executions.cancelAll(runtime.ownerId, toRequest(all))).toMatchObject({ matchedCount: 0, executions: [] })
    for (const id of ids) {
      expect((await readEvents(runtime, id)).at(-1)).toMatchObject({ type: 'ExecutionFinished', status: 'CANCELLED' })
    }
    expect(await countOf(theirs, 'WAITING', stranger)).toBe(1)
  })

  it('needs no statement for each execution', async () => {
    const graphId = await createGraph(sleep)
    await start(graphId, 100)
    await until(graphId, 'WAITING', 100)
    const transact = vi.spyOn(runtime.database, 'transact')
    const { executions } = await runtime.executions.cancelAll(runtime.ownerId, toRequest({ graphIds: [graphId] }))
    expect(executions).toHaveLength(100)
    expect(transact.mock.calls.length).toBeLessThan(5)
    transact.mockRestore()
  })

  it('ends a tree with more executions than a notification can name', async () => {
    const [id = ''] = await start(await createGraph(sleep), 1)
    await runtime.database.pool.query(
      `insert into execution (id, owner_id, version_id, status, inputs, outputs, failed_nodes, parent_id, parent_node, parent_n, depth, created_at)
       select uuidv7(), owner_id, version_id, 'QUEUED', '{}', '{}', '[]', id, 'wait', n, 1, now() from execution, generate_series(1, 300) n where id = $1`,
      [id],
    )
    await runtime.executions.cancel(runtime.ownerId, id)
    const { rows } = await runtime.database.pool.query(
      'select status, count(*)::int from execution where parent_id = $1 group by 1',
      [id],
    )
    expect(rows).toEqual([{ status: 'CANCELLED', count: 300 }])
  })
})

describe('retrying many executions', () => {
  it('starts each failed execution once, although two calls run at once', async () => {
    const graphId = await createGraph(fail)
    const ids = await start(graphId, 30)
    await until(graphId, 'FAILED', 30)
    const request = toRequest({ graphIds: [graphId] })
    expect(await runtime.executions.retryAll(runtime.ownerId, { ...request, dryRun: true })).toMatchObject({ matchedCount: 30 })
    const results = await Promise.all([1, 2].map(() => runtime.executions.retryAll(runtime.ownerId, request)))
    const origins = results.flatMap(({ executions }) => executions.map(({ originId }) => originId))
    expect(origins).toHaveLength(ids.length)
    expect(new Set(origins)).toEqual(new Set(ids))
    expect(results.map(({ failures }) => failures)).toEqual([[], []])
    await until(graphId, 'FAILED', 60)
    expect(await runtime.executions.retryAll(runtime.ownerId, { ...request, dryRun: true })).toMatchObject({ matchedCount: 30 })
  })

  it('reports an execution that cannot be retried, and retries the others', async () => {
    const graphId = await createGraph(fail)
    const [bad = ''] = await start(graphId, 3)
    await until(graphId, 'FAILED', 3)
    await runtime.database.pool.query(`update journal set events = '[{"type":"Unknown"}]' where execution_id = $1`, [bad])
    const { executions, failures } = await runtime.executions.retryAll(runtime.ownerId, toRequest({ graphIds: [graphId] }))
    expect(executions).toHaveLength(2)
    expect(failures).toMatchObject([{ executionId: bad, error: { code: 'JOURNAL_UNREADABLE' } }])
  })
})

it('an empty filter and a limit out of range are rejected', async () => {
  for (const call of ['cancelAll', 'retryAll'] as const) {
    const run = (request: BulkRequest) => runtime.executions[call](runtime.ownerId, request)
    for (const filter of [{}, { createdAt: {} }, { finishedAt: { from: undefined } }, { errorText: '' }])
      await expect(run(toRequest(filter))).rejects.toMatchObject({ code: 'BAD_INPUT', details: { path: ['filter'] } })
    for (const limit of [0, 1001])
      await expect(run(toRequest({ rootsOnly: true }, { limit }))).rejects.toMatchObject({ details: { path: ['limit'] } })
  }
})

describe('a start with a key', () => {
  it('returns the first execution, also to concurrent starts', async () => {
    const graphId = await createGraph(fail)
    const request = { graphId, inputs: {}, idempotencyKey: 'first' }
    const started = await Promise.all([1, 2, 3].map(() => runtime.executions.start(runtime.ownerId, request)))
    expect(new Set(started.map(({ id }) => id)).size).toBe(1)
    await until(graphId, 'FAILED', 1)
    const other = { ...request, priority: 1 }
    await expect(runtime.executions.start(runtime.ownerId, other)).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { path: ['idempotencyKey'] },
    })
  })

  it('starts again after 24 hours', async () => {
    const request = { graphId: await createGraph(fail), inputs: {}, idempotencyKey: 'old' }
    const { id } = await runtime.executions.start(runtime.ownerId, request)
    await runtime.database.pool.query(`update idempotency_key set created_at = now() - interval '25 hours'`)
    expect((await runtime.executions.start(runtime.ownerId, request)).id).not.toBe(id)
  })

  it('is separate for each user', async () => {
    const ids = await Promise.all(
      [runtime.ownerId, stranger].map(async (owner) => {
        const request = { graphId: await createGraph(fail, owner), inputs: {}, idempotencyKey: 'shared' }
        return (await runtime.executions.start(owner, request)).id
      }),
    )
    expect(new Set(ids).size).toBe(2)
  })

  it('is rejected if it is empty or too long', async () => {
    const graphId = await createGraph(fail)
    for (const idempotencyKey of ['', 'x'.repeat(256)])
      await expect(runtime.executions.start(runtime.ownerId, { graphId, inputs: {}, idempotencyKey })).rejects.toMatchObject({
        code: 'BAD_INPUT',
      })
  })
})
