import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUILTIN_PLUGINS, createTestRuntime, type TestRuntime } from '../testing/index.ts'
import type { JournalEvent } from '../engine/index.ts'

const SOURCE = `import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'

const many = z.unknown().meta({ many: true })
const block = (i, name, output, run, more = {}) => defineBlock({
  id: '66666666-0000-4000-8000-' + String(i).padStart(12, '0'), name, description: name, category: 'TEST', tests: [],
  input: z.object({ n: z.number().default(1), value: z.unknown().optional() }), output: z.object(output), run, ...more,
})

export default definePlugin({
  name: 'loops',
  blocks: [
    block(1, 'count', { item: many, index: many }, function* ({ n }) { for (let i = 0; i < n; i++) yield { item: 'v' + i, index: i } }),
    block(2, 'pass', { out: z.unknown() }, async function* ({ value, n }) {
      await new Promise((resolve) => setTimeout(resolve, n))
      yield ['out', value]
    }),
    block(3, 'gather', { list: z.unknown() }, function* ({ items }) { yield ['list', items] }, {
      input: z.object({ items: z.array(z.unknown()).meta({ collect: true }) }),
    }),
    block(4, 'steady', { item: many }, async function* (_input, { sleep }) {
      for (let i = 0; i < 3; i++) { yield ['item', i]; await sleep(60) }
    }, { capabilities: { sleep: true } }),
    block(5, 'unsteady', { item: many }, async function* (_input, { sleep }) {
      for (let i = 0; i < 3; i++) { yield ['item', Math.random()]; await sleep(60) }
    }, { capabilities: { sleep: true } }),
    block(6, 'twice', { out: z.unknown() }, function* () { yield ['out', 1]; yield ['out', 2] }),
    block(8, 'random', { out: z.unknown() }, function* ({ value }) { yield ['out', [value, Math.random()]] }),
    block(9, 'large', { item: many }, function* ({ n, value }) {
      for (let i = 0; i < n; i++) yield { item: String(i).padEnd(value, 'é') }
    }),
    block(10, 'sizes', { given: z.unknown(), sizes: z.unknown(), isOrdered: z.unknown() }, async function* ({ items }, { collected }) {
      const sizes = new Map()
      let [place, isOrdered] = [0, true]
      for await (const item of collected('items')) {
        sizes.set(item.length, (sizes.get(item.length) ?? 0) + 1)
        isOrdered &&= item.startsWith(String(place++))
      }
      yield ['given', items.length]
      yield ['sizes', [...sizes]]
      yield ['isOrdered', isOrdered]
    }, { input: z.object({ items: z.array(z.string()).meta({ collect: true, paged: true }) }) }),
    block(11, 'summary', { count: z.unknown(), last: z.unknown() }, function* ({ items }) {
      yield ['count', items.length]
      yield ['last', items.at(-1).slice(0, 5)]
    }, { input: z.object({ items: z.array(z.string()).meta({ collect: true }) }) }),
    block(7, 'unequal', { item: many, index: many }, function* () { yield ['item', 1]; yield ['item', 2]; yield ['index', 0] }),
  ],
})
`

let folder: string
let runtime: TestRuntime
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-loops-'))
  await mkdir(join(folder, 'loops'))
  await writeFile(join(folder, 'loops', 'package.json'), JSON.stringify({ name: 'loops', ashlar: { blocks: './i.ts' } }))
  await writeFile(join(folder, 'loops', 'i.ts'), SOURCE)
  runtime = await createTestRuntime({ pluginRoots: [BUILTIN_PLUGINS, folder] })
})
afterAll(async () => {
  await runtime.close()
  await rm(folder, { recursive: true })
})

/** Passes each item through a block, and collects the results. */
function loop(n: number, options: object, ms = 1): unknown {
  return {
    pairing: 'TAGGED',
    nodes: [
      { id: 'count', block: 'loops/count', inputs: { n }, loop: options },
      { id: 'pass', block: 'loops/pass', inputs: { n: ms } },
      { id: 'gather', block: 'loops/gather' },
    ],
    links: [
      { from: 'count.item', to: 'pass.value' },
      { from: 'pass.out', to: 'gather.items' },
    ],
  }
}

function single(block: string): unknown {
  return { pairing: 'TAGGED', nodes: [{ id: 'n', block: `loops/${block}` }] }
}

async function start(document: unknown, on = runtime): Promise<string> {
  const { id: graphId } = await on.graphs.create(on.ownerId, { name: 'Loop', document })
  return (await on.executions.start(on.ownerId, { graphId, inputs: {} })).id
}

async function readEvents(id: string, on = runtime): Promise<JournalEvent[]> {
  const events: JournalEvent[] = []
  for await (const event of await on.executions.follow(on.ownerId, id, 0)) events.push(event as JournalEvent)
  return events
}

function outputsOf(events: readonly JournalEvent[], node: string, pin: string): unknown[] {
  return events.flatMap((event) => (event.type === 'NodeOutput' && event.node === node && event.pin === pin ? [event.value] : []))
}

/** The largest number of iterations that have begun and in which `pass` has not ended. */
function mostAlive(events: readonly JournalEvent[]): number {
  let [alive, most] = [0, 0]
  for (const event of events) {
    if (event.type === 'NodeOutput' && event.pin === 'item') most = Math.max(most, ++alive)
    if (event.type === 'NodeFinished' && event.node === 'pass') alive--
  }
  return most
}

const items = (n: number): string[] => Array.from({ length: n }, (_, i) => `v${i}`)
const endOf = (events: readonly JournalEvent[]) => events.findLast((event) => event.type === 'ExecutionFinished')

describe('a loop', () => {
  it('has at most as many live iterations as its window, and collects all in order', async () => {
    const events = await readEvents(await start(loop(600, { window: 10 })))
    expect(outputsOf(events, 'gather', 'list')).toEqual([items(600)])
    expect(mostAlive(events)).toBe(10)
  })

  it('runs one iteration after the other with a concurrency of 1', async () => {
    const events = await readEvents(await start(loop(40, { concurrency: 1 })))
    expect(outputsOf(events, 'gather', 'list')).toEqual([items(40)])
    expect(mostAlive(events)).toBe(1)
  })

  it('starts iterations no faster than its rate', async () => {
    const events = await readEvents(await start(loop(6, { ratePerSecond: 50 })))
    const times = events.flatMap((event) => (event.type === 'NodeOutput' && event.pin === 'item' ? [event.at] : []))
    expect(outputsOf(events, 'gather', 'list')).toEqual([items(6)])
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(5 * 20 - 5)
  })

  it('continues after its worker has stopped, with each iteration once', async () => {
    const worker = await createTestRuntime({ pluginRoots: [BUILTIN_PLUGINS, folder] })
    const id = await start(loop(400, { window: 20 }, 5), worker)
    for await (const event of await worker.executions.follow(worker.ownerId, id, 0))
      if (event.type === 'NodeOutput' && event.node === 'pass' && event.n === 50) break
    await worker.close()
    const other = await createTestRuntime({ pluginRoots: [BUILTIN_PLUGINS, folder], databaseUrl: worker.database.url })
    try {
      const events = await readEvents(id, other)
      expect(outputsOf(events, 'count', 'item')).toEqual(items(400))
      expect(outputsOf(events, 'gather', 'list')).toEqual([items(400)])
      expect(other.failures).toEqual([])
    } finally {
      await other.close()
    }
  })
})

describe('a list that is larger than the memory for lists', () => {
  const large = (n: number, size: number, sink: string): unknown => ({
    nodes: [
      { id: 'large', block: 'loops/large', inputs: { n, value: size } },
      { id: 'sink', block: `loops/${sink}` },
    ],
    links: [{ from: 'large.item', to: 'sink.items' }],
  })

  it('reaches a block in pages, in order', async () => {
    const events = await readEvents(await start(large(20, 2 ** 20, 'sizes')))
    expect(outputsOf(events, 'sink', 'given')).toEqual([0])
    expect(outputsOf(events, 'sink', 'sizes')).toEqual([[[2 ** 20, 20]]])
    expect(outputsOf(events, 'sink', 'isOrdered')).toEqual([true])
  })

  it('reaches a block as a whole', async () => {
    const events = await readEvents(await start(large(6000, 1000, 'summary')))
    expect(outputsOf(events, 'sink', 'count')).toEqual([6000])
    expect(outputsOf(events, 'sink', 'last')).toEqual(['5999é'])
  })

  it('fails its node if it is too large for the inputs of a run', async () => {
    const events = await readEvents(await start(large(34, 2 ** 20, 'summary')))
    expect(events.find((event) => event.type === 'NodeFinished' && event.node === 'sink')).toMatchObject({
      error: {
        code: 'INPUT_LIMIT',
        message:
          'the 34 values that node "sink" (loops/summary) collects on "items" are longer than 33554432 characters of JSON, the limit of the inputs of one run: write them to a file with files/collect, or collect a smaller part of each value',
      },
    })
  })

  it('passes a small list in the inputs of the block', async () => {
    const events = await readEvents(await start(large(3, 10, 'sizes')))
    expect(outputsOf(events, 'sink', 'given')).toEqual([3])
    expect(outputsOf(events, 'sink', 'sizes')).toEqual([[[10, 3]]])
  })
})

describe('one iteration', () => {
  const document = {
    nodes: [
      { id: 'count', block: 'loops/count', inputs: { n: 3 } },
      { id: 'random', block: 'loops/random' },
      { id: 'gather', block: 'loops/gather' },
    ],
    links: [
      { from: 'count.item', to: 'random.value' },
      { from: 'random.out', to: 'gather.items' },
    ],
  }
  const listOf = (events: readonly JournalEvent[]): unknown[] => outputsOf(events, 'gather', 'list')[0] as unknown[]

  it('is repeated in a new execution, with all others as before', async () => {
    const id = await start(document)
    const before = listOf(await readEvents(id))
    const { id: repeated } = await runtime.executions.replay(runtime.ownerId, {
      executionId: id,
      node: 'count',
      n: 1,
      iteration: 1,
    })
    const after = listOf(await readEvents(repeated))
    expect([after[0], after[2]]).toEqual([before[0], before[2]])
    expect(after[1]).toEqual(['v1', expect.any(Number)])
    expect(after[1]).not.toEqual(before[1])
  })

  it.each([
    [{ iteration: 7 }, 'NOT_FOUND', 'the loop of node execution 1 of "count" has the iterations 0 to 2, got 7'],
    [{ iteration: 1, inputs: {} }, 'BAD_INPUT', 'a repeated iteration has the inputs of the old execution'],
  ])('cannot be repeated with %j', async (change, code, message) => {
    const id = await start(document)
    await readEvents(id)
    const replaying = runtime.executions.replay(runtime.ownerId, { executionId: id, node: 'count', n: 1, ...change })
    await expect(replaying).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string })
  })
})

describe('a producer that sleeps', () => {
  it('continues if it repeats its values', async () => {
    const events = await readEvents(await start(single('steady')))
    expect(outputsOf(events, 'n', 'item')).toEqual([0, 1, 2])
    expect(endOf(events)).toMatchObject({ status: 'COMPLETED' })
  })

  it('fails if it yields another value than before', async () => {
    const events = await readEvents(await start(single('unsteady')))
    expect(outputsOf(events, 'n', 'item')).toHaveLength(1)
    expect(endOf(events)).toMatchObject({ status: 'FAILED', reason: { code: 'NOT_DETERMINISTIC' } })
  })

  it('is not compared in a graph that pairs values in the order of arrival', async () => {
    const events = await readEvents(await start({ ...(single('unsteady') as object), pairing: 'FIFO' }))
    expect(outputsOf(events, 'n', 'item')).toHaveLength(3)
  })
})

it.each([
  ['twice', 'PIN_NOT_MANY', 1],
  ['unequal', 'ITERATIONS_UNEQUAL', 3],
])('a run of the block %s fails with %s', async (block, code, outputs) => {
  const events = await readEvents(await start(single(block)))
  expect(events.filter(({ type }) => type === 'NodeOutput')).toHaveLength(outputs)
  expect(endOf(events)).toMatchObject({ status: 'FAILED', reason: { code } })
})

it('reports no errors to the operator', () => expect(runtime.failures).toEqual([]))
