import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'
import type { ExecutionStatus } from '../../engine/index.ts'
import type { ExecutionChange } from './change-subscriber.ts'
import type { ExecutionFilter } from './execution-filter.ts'

let gateway: TestRuntime
let worker: TestRuntime
let graphId: string
let sleeping: string
beforeAll(async () => {
  worker = await createTestRuntime({ role: 'worker' })
  gateway = await createTestRuntime({ role: 'gateway', databaseUrl: worker.database.url })
  const greet = { nodes: [{ id: 'in', block: 'io/input', inputs: { name: 'n', value: 1 } }] }
  const sleep = { nodes: [{ id: 'wait', block: 'time/countdown', inputs: { seconds: 60 } }] }
  graphId = (await gateway.graphs.create(gateway.ownerId, { name: 'Greet', document: greet })).id
  sleeping = (await gateway.graphs.create(gateway.ownerId, { name: 'Sleep', document: sleep })).id
})
afterAll(async () => {
  await gateway.close()
  await worker.close()
})

const start = async (graph = graphId): Promise<string> =>
  (await gateway.executions.start(gateway.ownerId, { graphId: graph, inputs: {} })).id
const follow = (filter: ExecutionFilter = {}, since?: Date, owner = gateway.ownerId) =>
  gateway.executions.followAll(owner, filter, since)

/** Reads changes until each of the executions has the status. @returns the statuses of each execution */
async function readUntil(
  changes: AsyncGenerator<ExecutionChange, void>,
  ids: readonly string[],
  status: ExecutionStatus,
): Promise<ExecutionChange[]> {
  const read: ExecutionChange[] = []
  const open = new Set(ids)
  while (open.size > 0) {
    const { value } = await changes.next()
    if (!value) throw new Error('the changes ended')
    read.push(value)
    if (value.execution.status === status) open.delete(value.execution.id)
  }
  return read
}

async function insertUser(): Promise<string> {
  return (await gateway.users.create('Stranger')).id
}

describe('changes of executions', () => {
  it('begin with the creation and end with the final status', async () => {
    const changes = follow()
    const id = await start()
    const read = await readUntil(changes, [id], 'COMPLETED')
    expect(read.map(({ change }) => change)).toEqual(['CREATED', ...read.slice(1).map(() => 'UPDATED')])
    expect(read.every(({ execution }) => execution.id === id)).toBe(true)
    await changes.return()
  })

  it('include an execution that waits for a worker and one that sleeps', async () => {
    const changes = follow({ graphIds: [sleeping] })
    const id = await start(sleeping)
    await readUntil(changes, [id], 'WAITING')
    await gateway.executions.cancel(gateway.ownerId, id)
    await readUntil(changes, [id], 'CANCELLED')
    await changes.return()
  })

  it('reach a slow subscriber as the latest state of each execution', async () => {
    const changes = follow()
    const first = await start()
    expect((await changes.next()).value?.execution.id).toBe(first)
    const ids = await Promise.all(Array.from({ length: 300 }, () => start()))
    const fast = follow()
    await readUntil(fast, [await start()], 'COMPLETED')
    await fast.return()
    await expect
      .poll(async () => {
        const found = await gateway.executions.find(gateway.ownerId, ids)
        return [...found.values()].every(({ status }) => status === 'COMPLETED')
      })
      .toBe(true)
    await readUntil(changes, ids, 'COMPLETED')
    await changes.return()
  })

  it('that do not fit in memory are read from the database', async () => {
    const changes = follow()
    const ids = await Promise.all(Array.from({ length: 1500 }, () => start()))
    await expect
      .poll(async () => {
        const found = await gateway.executions.find(gateway.ownerId, ids)
        return [...found.values()].every(({ status }) => status === 'COMPLETED')
      })
      .toBe(true)
    await readUntil(changes, ids, 'COMPLETED')
    await changes.return()
  })

  it('of a filter include the one with which an execution leaves it', async () => {
    const changes = follow({ statuses: ['WAITING'] })
    const id = await start(sleeping)
    await readUntil(changes, [id], 'WAITING')
    await gateway.executions.cancel(gateway.ownerId, id)
    expect((await changes.next()).value).toMatchObject({ execution: { id, status: 'CANCELLED' } })
    await changes.return()
  })

  it('continue from the last change that a subscriber has received', async () => {
    const changes = follow()
    const [last] = await readUntil(changes, [await start()], 'COMPLETED')
    await changes.return()
    const missed = await start()
    await expect.poll(async () => (await gateway.executions.get(gateway.ownerId, missed)).status).toBe('COMPLETED')
    const resumed = follow({}, last?.resumeFrom)
    await readUntil(resumed, [missed], 'COMPLETED')
    await resumed.return()
  })

  it('of another user are not received', async () => {
    const stranger = await insertUser()
    const [foreign, own] = [follow({}, new Date(0), stranger), follow()]
    const first = foreign.next()
    await readUntil(own, [await start()], 'COMPLETED')
    await own.return()
    await foreign.return()
    expect(await first).toEqual({ done: true, value: undefined })
  })

  it('are read with one statement for all subscribers, and with none without subscribers', async () => {
    const query = vi.spyOn(gateway.database.pool, 'query')
    const countReads = (): number => query.mock.calls.filter(([text]) => String(text).includes('g.labels')).length
    const subscribers = Array.from({ length: 20 }, () => follow())
    const id = await start()
    for (const subscriber of subscribers) await readUntil(subscriber, [id], 'COMPLETED')
    expect(countReads()).toBeLessThan(10)
    for (const subscriber of subscribers) await subscriber.return()
    query.mockClear()
    const other = await start()
    await expect.poll(async () => (await gateway.executions.get(gateway.ownerId, other)).status).toBe('COMPLETED')
    expect(countReads()).toBe(0)
    query.mockRestore()
  })
})
