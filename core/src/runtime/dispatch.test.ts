import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../testing/index.ts'

let runtime: TestRuntime
let waitGraph: string
beforeAll(async () => {
  runtime = await createTestRuntime()
  waitGraph = await createWait(runtime.ownerId, 'Wait', 0.9, 25)
})
afterAll(() => runtime.close())

/** Sleeps of less than a second do not release the execution. */
async function createWait(ownerId: string, name: string, seconds: number, repeat = 1): Promise<string> {
  const inputs = { seconds: String(seconds), repeat }
  const document = { nodes: [{ id: 'wait', block: 'time/countdown', inputs }] }
  return (await runtime.graphs.create(ownerId, { name, document })).id
}

async function addUser(name: string): Promise<string> {
  return (await runtime.users.create(name)).id
}

const start = (ownerId: string, graphId: string, priority = 0) =>
  runtime.executions.start(ownerId, { graphId, inputs: {}, priority })
const getStatus = async (ownerId: string, id: string) => (await runtime.executions.get(ownerId, id)).status

describe('dispatch', () => {
  it('reserves slots for other users while one user has more executions than slots', async () => {
    const burst = await Promise.all(Array.from({ length: 600 }, () => start(runtime.ownerId, waitGraph)))
    await expect.poll(() => runtime.worker?.active(), { timeout: 30_000 }).toBeGreaterThanOrEqual(240)
    const other = await addUser('Other')
    const { id } = await start(other, await createWait(other, 'Short', 0))
    await expect.poll(() => getStatus(other, id), { timeout: 30_000 }).toBe('COMPLETED')
    await Promise.all(burst.map((execution) => runtime.executions.cancel(runtime.ownerId, execution.id)))
    await expect.poll(() => runtime.worker?.active(), { timeout: 30_000 }).toBe(0)
  })

  it('lets a gateway start executions that a worker runs', async () => {
    const gateway = await createTestRuntime({ role: 'gateway', databaseUrl: runtime.database.url })
    try {
      expect(gateway.worker).toBeUndefined()
      expect(gateway.plugins.blocks().length).toBe(runtime.plugins.blocks().length)
      const graph = await gateway.graphs.create(runtime.ownerId, {
        name: 'Elsewhere',
        document: { nodes: [{ id: 'wait', block: 'time/countdown', inputs: { seconds: 0 } }] },
      })
      const { id } = await gateway.executions.start(runtime.ownerId, { graphId: graph.id, inputs: {} })
      const events = []
      for await (const event of await gateway.executions.follow(runtime.ownerId, id, 0)) events.push(event.type)
      expect(events.at(-1)).toBe('ExecutionFinished')
    } finally {
      await gateway.close()
    }
  })

  it('continues executions that another worker released when it stopped', async () => {
    const graphId = await createWait(runtime.ownerId, 'Handed over', 1)
    const second = await createTestRuntime({ role: 'worker', databaseUrl: runtime.database.url })
    const ids = (await Promise.all(Array.from({ length: 6 }, () => start(runtime.ownerId, graphId)))).map(({ id }) => id)
    await second.close()
    for (const id of ids) await expect.poll(() => getStatus(runtime.ownerId, id), { timeout: 30_000 }).toBe('COMPLETED')
  })
})
