import { cloneDatabase, createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { entryOf, packageOf, tarballOf, type TestBlock } from './tarballs.ts'

const BLOCKS: TestBlock[] = [
  {
    id: 'bbbbbbbb-0000-4000-8000-000000000001',
    name: 'count',
    run: `globalThis.seen = [...(globalThis.seen ?? []), input.who]; Array.prototype.seen ??= input.who
          yield ['out', [globalThis.seen, [].seen]]`,
    input: 'z.object({ who: z.string() })',
  },
  {
    id: 'bbbbbbbb-0000-4000-8000-000000000002',
    name: 'stay',
    run: `yield ['out', 'here']; await new Promise((resolve) => setTimeout(resolve, 60_000))`,
  },
]

let databaseUrl: string
let runtime: TestRuntime
let alice: string
beforeAll(async () => {
  databaseUrl = await cloneDatabase(inject('postgresUrl'))
  runtime = await createTestRuntime({ databaseUrl })
  alice = (await runtime.users.create('Alice')).id
  const tarball = tarballOf(packageOf('third', '1.0.0', entryOf('third', BLOCKS)))
  await runtime.pluginStore.publish(runtime.ownerId, { tarball })
  await runtime.pluginStore.install(runtime.ownerId, 'third')
})
afterAll(() => runtime.close())

async function start(ownerId: string, block: string, inputs: Record<string, unknown> = {}): Promise<string> {
  const nodes = [{ id: 'node', block, inputs }]
  const { id: graphId } = await runtime.graphs.create(ownerId, { name: block, document: { nodes } })
  return (await runtime.executions.start(ownerId, { graphId, inputs: {} })).id
}

/** Returns the first value that a block yields. */
async function firstValue(ownerId: string, id: string): Promise<unknown> {
  for await (const event of await runtime.executions.follow(ownerId, id, 0)) if (event.type === 'NodeOutput') return event.value
  throw new Error('the block has yielded nothing')
}

it('trusts only plugins in folders of the installation', () => {
  const trusted = runtime.plugins.reports().map(({ origin, plugin }) => [origin, plugin?.builtin])
  expect(new Set(trusted.map(String))).toEqual(new Set(['WORKSPACE,true', 'STORE,false']))
})

it('third-party code cannot pass globals to the next execution', async () => {
  const seen = []
  for (const who of ['first', 'second'])
    seen.push(await firstValue(runtime.ownerId, await start(runtime.ownerId, 'third/count', { who })))
  expect(seen).toEqual([
    [['first'], 'first'],
    [['second'], 'second'],
  ])
})

it('runs third-party code in a separate process for each user', async () => {
  const pids = (): number[] => runtime.sandbox?.pids() ?? []
  const stay = async (ownerId: string): Promise<string> => {
    const id = await start(ownerId, 'third/stay')
    expect(await firstValue(ownerId, id)).toBe('here')
    return id
  }
  // The owner has one process from the previous tests, and there is one spare process.
  const mine = await stay(runtime.ownerId)
  await expect.poll(() => pids().length).toBeGreaterThanOrEqual(2)
  const before = pids()
  const theirs = await stay(alice)
  await expect.poll(() => pids().length).toBe(before.length + 1)
  const after = pids()
  const again = await stay(runtime.ownerId)
  expect(pids()).toEqual(after)
  await runtime.executions.cancel(alice, theirs)
  for (const id of [mine, again]) await runtime.executions.cancel(runtime.ownerId, id)
})

it('a worker that has never loaded a plugin runs the version that a graph pins', async () => {
  const graphs: string[] = []
  for (let i = 0; i < 2; i++) graphs.push(await graphOfUnknown(i))
  await runtime.worker?.close()
  const fresh = await createTestRuntime({ databaseUrl, role: 'worker' })
  try {
    for (const graphId of graphs) {
      const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
      expect(await firstValue(runtime.ownerId, id)).toBe('here')
    }
  } finally {
    await fresh.close()
  }
})

/** Creates a graph with a block of a removed plugin. */
async function graphOfUnknown(i: number): Promise<string> {
  const name = `unknown${i}`
  const block = { id: `bbbbbbbb-0000-4000-9000-00000000000${i}`, name: 'say', run: `yield ['out', 'here']` }
  const files = packageOf(name, '1.0.0', entryOf(name, [block]))
  await runtime.pluginStore.publish(runtime.ownerId, { tarball: tarballOf(files) })
  await runtime.pluginStore.install(runtime.ownerId, name)
  const nodes = [{ id: 'node', block: `${name}/say` }]
  const { id } = await runtime.graphs.create(runtime.ownerId, { name, document: { nodes } })
  await runtime.pluginStore.uninstall(runtime.ownerId, name)
  return id
}
