import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import pg from 'pg'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BUILTIN_PLUGINS, createTestRuntime, readEvents, type TestRuntime } from '../../testing/index.ts'

const SOURCE = `import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'

const block = (i, name, more) => defineBlock({
  id: '44444444-0000-4000-8000-00000000000' + i, name, description: name, category: 'TEST', tests: [],
  input: z.object({}), output: z.object({ done: z.boolean() }), ...more,
})

export default definePlugin({
  name: 'stubborn',
  blocks: [
    block(1, 'loop', { *run() { for (;;) {} } }),
    block(2, 'hang', { async *run() { await new Promise(() => {}) } }),
    block(3, 'ask', {
      capabilities: { storage: ['user'] },
      async *run(_input, { storage }) { await storage.set('user', 'locked', 1); yield ['done', true] },
    }),
    block(4, 'finish', { *run() { yield ['done', true] } }),
  ],
})
`

/** Runs nothing; cancels executions of the worker. */
let gateway: TestRuntime
let worker: TestRuntime
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-stubborn-'))
  await mkdir(join(folder, 'stubborn'))
  await writeFile(join(folder, 'stubborn', 'package.json'), JSON.stringify({ name: 'stubborn', ashlar: { blocks: './i.ts' } }))
  await writeFile(join(folder, 'stubborn', 'i.ts'), SOURCE)
  // The CPU limit must not end the loop before the test does.
  worker = await createTestRuntime({ role: 'worker', pluginRoots: [BUILTIN_PLUGINS, folder], sandbox: { maxCpuMs: 300_000 } })
  gateway = await createTestRuntime({ role: 'gateway', databaseUrl: worker.database.url })
})
afterAll(async () => {
  await gateway.close()
  await worker.close()
  await rm(folder, { recursive: true })
})

async function startNode(block: string, inputs: object = {}): Promise<string> {
  const document = { nodes: [{ id: 'n', block, inputs, timeoutMs: 300_000 }] }
  const { id: graphId } = await gateway.graphs.create(gateway.ownerId, { name: block, document })
  return (await gateway.executions.start(gateway.ownerId, { graphId, inputs: {} })).id
}

const getStatus = async (id: string): Promise<string> => (await gateway.executions.get(gateway.ownerId, id)).status

/** Waits until the block of the node has started. */
async function untilBegun(id: string): Promise<void> {
  for await (const event of await gateway.executions.follow(gateway.ownerId, id, 0)) if (event.type === 'NodeStarted') return
}

async function cancelAndCheck(id: string): Promise<void> {
  const cancelled = await gateway.executions.cancel(gateway.ownerId, id)
  expect(cancelled).toMatchObject({ status: 'CANCELLED', reason: { code: 'CANCELLED' } })
  await expect.poll(() => worker.worker?.active(), { timeout: 20_000, interval: 10 }).toBe(0)
  const events = await readEvents(gateway, id)
  expect(events.at(-1)).toMatchObject({ type: 'ExecutionFinished', status: 'CANCELLED' })
  // The guest is free again, so another block of the plugin runs.
  const after = await startNode('stubborn/finish')
  await expect.poll(() => getStatus(after), { timeout: 20_000, interval: 10 }).toBe('COMPLETED')
  expect(await readEvents(gateway, id)).toEqual(events)
}

describe('cancelling an execution of a worker from a gateway', () => {
  it.each(['loop', 'hang'])('ends a block that never yields control or never ends (%s)', async (block) => {
    const id = await startNode(`stubborn/${block}`)
    await untilBegun(id)
    await cancelAndCheck(id)
  })

  it('ends a block during a host call', async () => {
    const blocker = new pg.Client({ connectionString: gateway.database.url })
    await blocker.connect()
    try {
      await blocker.query('begin; lock table block_storage')
      const id = await startNode('stubborn/ask')
      await untilBegun(id)
      await expect
        .poll(async () => (await gateway.database.pool.query(`select from pg_locks where not granted`)).rowCount, {
          timeout: 20_000,
        })
        .toBeGreaterThan(0)
      await cancelAndCheck(id)
    } finally {
      await blocker.end()
    }
  })

  it('ends a running block of a sub-graph, and the sub-graph', async () => {
    const document = { nodes: [{ id: 'n', block: 'stubborn/loop', timeoutMs: 300_000 }] }
    const child = await gateway.graphs.create(gateway.ownerId, { name: 'Child', document })
    const id = await startNode('io/graph', { graph_id: child.id })
    const request = {
      first: 1,
      filter: { graphIds: [child.id] },
      orderBy: { field: 'CREATED_AT', direction: 'DESC' },
      countTotal: false,
    } as const
    const findChild = async (): Promise<string | undefined> =>
      (await gateway.executions.list(gateway.ownerId, request)).items[0]?.item.id
    await expect.poll(findChild, { timeout: 20_000 }).toBeDefined()
    const childId = (await findChild()) ?? ''
    await untilBegun(childId)
    await cancelAndCheck(id)
    expect(await getStatus(childId)).toBe('CANCELLED')
  })

  it('ends an execution that has not started', async () => {
    await worker.worker?.close()
    const id = await startNode('stubborn/finish')
    expect(await gateway.executions.cancel(gateway.ownerId, id)).toMatchObject({ status: 'CANCELLED' })
    await expect(gateway.executions.cancel(gateway.ownerId, id)).rejects.toMatchObject({ code: 'EXECUTION_FINISHED' })
  })
})
