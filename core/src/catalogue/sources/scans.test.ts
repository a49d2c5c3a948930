import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../../testing/index.ts'
import { createPluginScans } from './scans.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

function request(withinMs?: number): Promise<boolean> {
  const { database, plugins } = runtime
  const notifications = { listen: () => () => undefined, close: async () => undefined }
  const onError = (error: unknown): void => void runtime.failures.push(error)
  const scans = createPluginScans({ database, plugins, notifications, onError, ...(withinMs !== undefined && { withinMs }) })
  return scans.request(runtime.ownerId)
}

async function addSourceSet(id: string, seenAt: string): Promise<void> {
  await runtime.database.pool.query(`insert into plugin_workspace (id, seen_at) values ($1, now() - $2::interval)`, [id, seenAt])
}

it('waits only for live workers', async () => {
  await addSourceSet('gone', '4 minutes')
  expect(await request()).toBe(true)
})

it('returns false if a worker does not finish in time', async () => {
  await addSourceSet('stuck', '1 second')
  expect(await request(50)).toBe(false)
  await runtime.database.pool.query(`delete from plugin_workspace where id = 'stuck'`)
})
