import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FollowedEvent } from '../domains/executions/index.ts'
import type { ModelUsage } from '../engine/index.ts'
import { BUILTIN_PLUGINS, createTestRuntime, readNodeExecutions, type TestRuntime } from '../testing/index.ts'

const SOURCE = `import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
/** Waits until the test has subscribed to the execution. */
const released = async (key, storage) => { while (await storage.get('user', key) == null) await pause(20) }
const block = (i, name, run, more = {}) => defineBlock({
  id: '56555555-0000-4000-8000-00000000000' + i, name, description: name, category: 'TEST', tests: [],
  input: z.object({ key: z.string().default('k') }), output: z.object({ text: z.string(), other: z.string() }), run, ...more,
})

export default definePlugin({
  name: 'speech',
  blocks: [
    block(1, 'say', async function* (_, { stream, usage }) {
      for (const piece of ['one ', 'two ', 'three']) { stream('text', piece); await pause(60) }
      usage({ provider: 'p', model: 'm', inputTokens: 10, outputTokens: 3, cachedTokens: 2, costUsd: 0.5 })
      yield ['text', 'one two three']
      usage({ provider: 'p', model: 'm', inputTokens: 1, outputTokens: 1 })
      usage({ provider: 'p', model: 'n', outputTokens: 4, costUsd: 0.25 })
    }),
    block(2, 'try', async function* ({ key }, { stream, storage, usage }) {
      const attempt = Number(await storage.get('user', key) ?? 0) + 1
      await storage.set('user', key, attempt)
      stream('text', 'attempt ' + attempt)
      usage({ provider: 'p', model: 'm', inputTokens: 1 })
      await pause(attempt === 1 ? 60_000 : 50) // the first attempt ends at its time limit
      yield ['text', 'attempt ' + attempt]
    }, { capabilities: { storage: ['user'] }, onCrash: 'retry' }),
    block(5, 'release', async function* ({ key }, { storage }) {
      await storage.set('user', key, 'now')
      yield ['text', key]
    }, { capabilities: { storage: ['user'] } }),
    block(6, 'say-later', async function* ({ key }, { stream, storage, usage }) {
      await released(key, storage)
      for (const piece of ['one ', 'two ', 'three']) { stream('text', piece); await pause(60) }
      usage({ provider: 'p', model: 'm', inputTokens: 10 })
      yield ['text', 'one two three']
    }, { capabilities: { storage: ['user'] } }),
    block(7, 'try-later', async function* ({ key }, { stream, storage }) {
      await released(key, storage)
      const attempt = Number(await storage.get('user', 'attempt') ?? 0) + 1
      await storage.set('user', 'attempt', attempt)
      stream('text', 'attempt ' + attempt)
      await pause(attempt === 1 ? 60_000 : 50) // the first attempt ends at its time limit
      yield ['text', 'attempt ' + attempt]
    }, { capabilities: { storage: ['user'] }, onCrash: 'retry' }),
    block(4, 'repeat', async function* (_, { stream }) {
      for (;;) { stream('text', 'one two '); await pause(10) } // until it is cancelled
    }),
    block(3, 'flood', async function* (_, { stream, usage }) {
      const end = Date.now() + 1000
      while (Date.now() < end) {
        for (let i = 0; i < 100; i++) {
          stream('text', 'x'.repeat(1000)); stream('other', 'y'.repeat(1000)); usage({ provider: 'p', model: 'm' + i, inputTokens: 1 })
        }
        await pause(1)
      }
      yield ['text', 'done']
    }),
  ],
})
`

let folder: string
let worker: TestRuntime
/** Another process of the same installation, in effect: it has no worker. */
let gateway: TestRuntime
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-speech-'))
  await mkdir(join(folder, 'speech'))
  await writeFile(join(folder, 'speech', 'package.json'), JSON.stringify({ name: 'speech', ashlar: { blocks: './i.ts' } }))
  await writeFile(join(folder, 'speech', 'i.ts'), SOURCE)
  worker = await createTestRuntime({ pluginRoots: [BUILTIN_PLUGINS, folder] })
  gateway = await createTestRuntime({ role: 'gateway', databaseUrl: worker.database.url })
})
afterAll(async () => {
  await gateway.close()
  await worker.close()
  await rm(folder, { recursive: true })
})

async function start(block: string, more: object = {}): Promise<string> {
  const graph = await gateway.graphs.create(gateway.ownerId, { name: block, document: { nodes: [{ id: 'a', block, ...more }] } })
  return (await gateway.executions.start(gateway.ownerId, { graphId: graph.id, inputs: {} })).id
}

async function follow(id: string, after = 0, tag?: string): Promise<FollowedEvent[]> {
  const events: FollowedEvent[] = []
  for await (const event of await gateway.executions.follow(gateway.ownerId, id, after, tag)) events.push(event)
  return events
}

/** The events of an execution whose block continues once its first event has arrived here. */
async function followFromStart(block: string, more: object = {}): Promise<FollowedEvent[]> {
  const id = await start(block, { ...more, inputs: { key: block } })
  const events: FollowedEvent[] = []
  for await (const event of await gateway.executions.follow(gateway.ownerId, id, 0)) {
    if (events.push(event) === 1) await start('speech/release', { inputs: { key: block } })
  }
  return events
}

/** The pieces must follow one another. @param before the number of characters that precede them */
function joinPieces(events: FollowedEvent[], before = 0): string {
  const pieces = events.filter((event) => event.type === 'NodeOutputDelta')
  return pieces.reduce((text, piece) => (piece.offset === before + text.length ? text + piece.text : `${text}[gap]`), '')
}

const usageOf = async (id: string): Promise<ModelUsage[] | undefined> =>
  (await gateway.executions.usageOf(gateway.ownerId, [id])).get(id)

const ONE = {
  provider: 'p',
  model: 'm',
  inputTokens: 11,
  outputTokens: 4,
  cachedTokens: 2,
  costUsd: 0.5,
  requests: 2,
  unpriced: 1,
}
const TWO = {
  provider: 'p',
  model: 'n',
  inputTokens: 0,
  outputTokens: 4,
  cachedTokens: 0,
  costUsd: 0.25,
  requests: 1,
  unpriced: 0,
}

describe('a block that streams a text', () => {
  it('shows the pieces to a subscriber of another process before the output', async () => {
    const events = await followFromStart('speech/say-later')
    const stored = events.filter(({ type }) => type !== 'NodeOutputDelta').map(({ type }) => type)
    const end = ['NodeUsage', 'NodeOutput', 'NodeFinished', 'ExecutionFinished']
    expect(stored).toEqual(['ExecutionStarted', 'NodeStarted', ...end])
    const [first] = events.slice(2)
    expect(first).toMatchObject({ type: 'NodeOutputDelta', node: 'a', n: 1, attempt: 1, pin: 'text', seq: 2, offset: 0 })
    expect('one two three'.startsWith(joinPieces(events))).toBe(true)
  })

  it('names the attempt of a piece, and starts the text again', async () => {
    const events = await followFromStart('speech/try-later', { retry: { attempts: 2, backoffMs: 0 }, timeoutMs: 3000 })
    const pieces = events.filter(({ type }) => type === 'NodeOutputDelta')
    expect(pieces).toMatchObject([
      { attempt: 1, offset: 0, text: 'attempt 1' },
      { attempt: 2, offset: 0, text: 'attempt 2' },
    ])
  })

  it('shows no pieces of the past', async () => {
    const id = await start('speech/say')
    await follow(id)
    expect((await follow(id, 2)).map(({ type }) => type)).not.toContain('NodeOutputDelta')
  })

  it('shows pieces to a subscriber of the iteration, and not to those of another one', async () => {
    const id = await start('speech/repeat')
    const outside = follow(id, 0, 'other.1[0]')
    const pieces: FollowedEvent[] = []
    for await (const event of await gateway.executions.follow(gateway.ownerId, id, 0, '')) {
      if (event.type === 'NodeOutputDelta' && pieces.push(event) === 3) await gateway.executions.cancel(gateway.ownerId, id)
    }
    const [first] = pieces
    const before = first?.type === 'NodeOutputDelta' ? first.offset : 0 // what the subscriber missed
    const whole = 'one two '.repeat((before + 200_000) / 8)
    expect(pieces.length).toBeGreaterThanOrEqual(3)
    expect(whole.slice(before).startsWith(joinPieces(pieces, before))).toBe(true)
    expect(await outside).toEqual([])
  })

  it('ends its pieces when the execution is cancelled', async () => {
    const id = await start('speech/flood')
    const types: string[] = []
    for await (const { type } of await gateway.executions.follow(gateway.ownerId, id, 0)) {
      if (types.push(type) === 4) await gateway.executions.cancel(gateway.ownerId, id)
    }
    expect(types.at(-1)).toBe('ExecutionFinished')
  })

  it('sends a bounded part of a flood, and bounds the events of usage', async () => {
    const events = await follow(await start('speech/flood'))
    const chars = events.reduce((sum, event) => sum + (event.type === 'NodeOutputDelta' ? event.text.length : 0), 0)
    expect(chars).toBeGreaterThan(10_000)
    expect(chars).toBeLessThan(4 * 1024 * 1024)
    expect(events.filter(({ type }) => type === 'NodeUsage').length).toBeLessThan(1000)
    expect(events.at(-1)).toMatchObject({ type: 'ExecutionFinished', status: 'COMPLETED' })
  }, 60_000)
})

describe('usage', () => {
  it('is summed for a node execution and for an execution', async () => {
    const id = await start('speech/say')
    await follow(id)
    expect((await readNodeExecutions(gateway, id))[0]?.usage).toEqual([ONE, TWO])
    expect(await usageOf(id)).toEqual([ONE, TWO])
  })

  it('counts every attempt', async () => {
    const id = await start('speech/try', { retry: { attempts: 2, backoffMs: 0 }, timeoutMs: 300, inputs: { key: 'other' } })
    await follow(id)
    expect(await usageOf(id)).toMatchObject([{ model: 'm', inputTokens: 2, requests: 2, costUsd: null, unpriced: 2 }])
  })

  it('includes the executions that a node has started', async () => {
    const child = await gateway.graphs.create(gateway.ownerId, {
      name: 'child',
      document: { nodes: [{ id: 'a', block: 'speech/say' }] },
    })
    const document = { nodes: [{ id: 'g', block: 'io/graph', inputs: { graph_id: child.id } }] }
    const parent = await gateway.graphs.create(gateway.ownerId, { name: 'parent', document })
    const { id } = await gateway.executions.start(gateway.ownerId, { graphId: parent.id, inputs: {} })
    await follow(id)
    expect(await usageOf(id)).toEqual([ONE, TWO])
  })

  it('is not copied into a retry, and is empty for an execution of another user', async () => {
    const document = {
      nodes: [
        { id: 'a', block: 'speech/say' },
        { id: 'b', block: 'list/get', inputs: { list: [], index: 9 } },
      ],
    }
    const links = [{ from: 'a.text', to: 'b.index' }]
    const graph = await gateway.graphs.create(gateway.ownerId, { name: 'fails', document: { ...document, links } })
    const { id } = await gateway.executions.start(gateway.ownerId, { graphId: graph.id, inputs: {} })
    const finished = (await follow(id)).at(-1)
    expect(finished).toMatchObject({ status: 'FAILED' })
    const retry = await gateway.executions.retry(gateway.ownerId, id)
    await follow(retry.id)
    expect(await usageOf(retry.id)).toEqual([])
    expect(await usageOf(id)).toEqual([ONE, TWO])
    expect([...(await gateway.executions.usageOf('01939a5e-0000-7000-8000-000000000001', [id])).values()]).toEqual([[]])
  })
})
