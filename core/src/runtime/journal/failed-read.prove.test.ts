import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

it('does not end an execution when reading its journal fails once', async () => {
  const { database, executions, failures, graphs, ownerId, worker } = runtime
  const document = { nodes: [{ id: 'wait', block: 'time/countdown', inputs: { seconds: 2, input_message: 'over' } }] }
  const { id: graphId } = await graphs.create(ownerId, { name: 'Wait', document })
  const { id } = await executions.start(ownerId, { graphId, inputs: {} })
  await expect.poll(async () => (await executions.get(ownerId, id)).status).toBe('WAITING')
  await expect.poll(() => worker?.active()).toBe(0)
  const { pool } = database
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<never>
  let refused = 0
  const unsteady = (...args: unknown[]): Promise<never> => {
    const [{ name } = {}] = args as [{ name?: string }?]
    if (name !== 'ashlar-journal-read' || refused > 0) return query(...args)
    refused++
    return Promise.reject(new Error('terminating connection'))
  }
  Object.assign(pool, { query: unsteady })
  await expect.poll(async () => (await executions.get(ownerId, id)).status, { timeout: 60_000 }).toBe('COMPLETED')
  Object.assign(pool, { query })
  expect([refused, failures.splice(0).map(String)]).toEqual([1, ['Error: terminating connection']])
})
