import { randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { AshlarError } from '../../../base/index.ts'
import type { ExecutionEvent } from '../../../engine/index.ts'
import { planWith, type FakeBlock } from '../../../engine/simulation/fake-blocks.ts'
import { createTestRuntime, insertEvents, type TestRuntime } from '../../../testing/index.ts'
import { Projection } from './projection.ts'
import { ProjectionCache } from './projection-cache.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime({ pluginRoots: [], role: 'gateway' })
})
afterAll(() => runtime.close())

const step: FakeBlock = { run: () => ({ pairs: [] }) }
const plan = planWith({ step }, { nodes: [{ id: 'a', block: 'step' }] })

const create = () => new Projection(plan)

/** Creates a journal with this number of events. */
async function createJournal(count: number): Promise<string> {
  const id = randomUUIDv7()
  const logs = Array.from({ length: count - 2 }, (): ExecutionEvent => ({
    type: 'NodeLog',
    node: 'a',
    n: 1,
    level: 'info',
    text: '',
  }))
  await insertEvents(runtime, id, [
    { type: 'ExecutionStarted', inputs: {} },
    { type: 'NodeStarted', node: 'a', n: 1, attempt: 1 },
    ...logs,
  ])
  return id
}

function codeOf(loaded: ReadonlyMap<string, unknown>, id: string): unknown {
  const found = loaded.get(id)
  return found instanceof AshlarError ? found.code : undefined
}

it('abandons a projection that needs too much memory, and remembers it', async () => {
  const cache = new ProjectionCache(runtime.database.pool, create, { projectionBytes: 20_000 })
  const [small, large] = [await createJournal(10), await createJournal(1000)]
  for (let i = 0; i < 2; i++) {
    const loaded = await cache.load(new Map([small, large].map((id) => [id, plan])))
    expect([codeOf(loaded, small), codeOf(loaded, large)]).toEqual([undefined, 'EXECUTION_TOO_LARGE'])
  }
})

it('rejects a projection for which there is no memory at the moment', async () => {
  const cache = new ProjectionCache(runtime.database.pool, create, { totalBytes: 150_000 })
  const ids = [await createJournal(1000), await createJournal(1000)]
  const loaded = await cache.load(new Map(ids.map((id) => [id, plan])))
  expect(ids.map((id) => codeOf(loaded, id))).toEqual([undefined, 'RATE_LIMITED'])
  for (const id of ids) expect(codeOf(await cache.load(new Map([[id, plan]])), id)).toBeUndefined()
})
