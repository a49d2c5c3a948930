import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'
import { countUnfinished } from './unfinished.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

async function start(name: string, document: unknown): Promise<{ graphId: string; id: string }> {
  const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name, document })
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
  return { graphId, id }
}

/** @param pending the executions that have a job */
const count = (...pending: string[]): Promise<number> => countUnfinished(runtime.database, { pending: async () => pending })
const getStatus = async (id: string): Promise<string> => (await runtime.executions.get(runtime.ownerId, id)).status

it('counts each execution that has a job, sleeps or waits for another one once', async () => {
  expect(await count()).toBe(0)
  const sleeper = await start('sleeps', { nodes: [{ id: 'wait', block: 'time/countdown', inputs: { seconds: 3600 } }] })
  await expect.poll(() => getStatus(sleeper.id)).toBe('WAITING')
  expect(await count()).toBe(1)
  expect(await count(sleeper.id)).toBe(1)

  const nodes = [{ id: 'run', block: 'io/graph', inputs: { graph_id: sleeper.graphId, inputs: {} } }]
  const parent = await start('waits', { nodes })
  await expect.poll(() => getStatus(parent.id)).toBe('WAITING')
  await expect.poll(() => count()).toBe(3)

  const ended = await start('ends', { nodes: [{ id: 'now', block: 'time/countdown' }] })
  await expect.poll(() => getStatus(ended.id)).toBe('COMPLETED')
  expect(await count(ended.id)).toBe(3)

  await runtime.executions.cancel(runtime.ownerId, sleeper.id)
  expect(await count()).toBe(2)
})
