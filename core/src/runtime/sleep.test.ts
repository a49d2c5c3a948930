import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUILTIN_PLUGINS, createTestRuntime, readNodeExecutions, type TestRuntime } from '../testing/index.ts'
import type { JournalEvent } from '../engine/index.ts'

const SOURCE = `import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'

const block = (i, name, run, more = {}) => defineBlock({
  id: '55555555-0000-4000-8000-00000000000' + i, name, description: name, category: 'TEST', tests: [],
  capabilities: { sleep: true },
  input: z.object({ ms: z.unknown(), times: z.number().default(1), after: z.unknown().optional() }), output: z.object({ out: z.any().meta({ many: true }) }), run, ...more,
})

export default definePlugin({
  name: 'sleepy',
  blocks: [
    block(1, 'each', async function* ({ ms, times }, { sleep }) {
      for (let i = 1; i <= times; i++) {
        yield ['out', 'before ' + i]
        await sleep(ms)
        yield ['out', 'after ' + i]
      }
    }),
    block(2, 'powerless', async function* ({ ms }, { sleep }) { await sleep(ms); yield ['out', 1] }, { capabilities: {} }),
    block(3, 'clock', async function* ({ ms }, { sleep }) {
      const from = Date.now()
      await sleep(from + Number(ms) - Date.now())
      yield ['out', Date.now() - from]
    }),
    block(4, 'beside', async function* ({ ms }, { sleep, signal }) {
      signal.addEventListener('abort', () => console.log('ended'))
      await Promise.all([sleep(ms), sleep(ms), new Promise((resolve) => setTimeout(resolve, 10))])
      yield ['out', 'both']
    }),
    block(6, 'steps', async function* ({ times }, { progress, log }) {
      for (let i = 1; i <= times; i++) {
        progress(i / times, 'step ' + i)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      log('done', 'debug')
    }, { capabilities: {} }),
    block(5, 'store', async function* ({ ms }, { sleep, storage }) {
      const count = Number(await storage.get('user', 'count')) + 1
      await storage.set('user', 'count', count)
      await sleep(ms)
      yield ['out', count]
    }, { capabilities: { sleep: true, storage: ['user'] }, onCrash: 'retry' }),
  ],
})
`

let folder: string
let runtime: TestRuntime
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-sleepy-'))
  await mkdir(join(folder, 'sleepy'))
  await writeFile(join(folder, 'sleepy', 'package.json'), JSON.stringify({ name: 'sleepy', ashlar: { blocks: './i.ts' } }))
  await writeFile(join(folder, 'sleepy', 'i.ts'), SOURCE)
  runtime = await createTestRuntime({ pluginRoots: [BUILTIN_PLUGINS, folder] })
})
afterAll(async () => {
  await runtime.close()
  await rm(folder, { recursive: true })
})

const slowly = { timeout: 20_000, interval: 10 }

function toDocument(block: string, inputs: object, more: object = {}): unknown {
  return { nodes: [{ id: 'n', block, inputs, ...more }] }
}
async function start(document: unknown, on = runtime): Promise<string> {
  const { id: graphId } = await on.graphs.create(on.ownerId, { name: 'Sleep', document })
  return (await on.executions.start(on.ownerId, { graphId, inputs: {} })).id
}
async function readEvents(id: string, on = runtime): Promise<JournalEvent[]> {
  const events: JournalEvent[] = []
  for await (const event of await on.executions.follow(on.ownerId, id, 0)) events.push(event as JournalEvent)
  return events
}
async function untilEvent<Type extends JournalEvent['type']>(
  id: string,
  type: Type,
  on = runtime,
): Promise<Extract<JournalEvent, { type: Type }>> {
  for await (const event of await on.executions.follow(on.ownerId, id, 0))
    if (event.type === type) return event as Extract<JournalEvent, { type: Type }>
  throw new Error(`no ${type} came`)
}
const getStatus = async (id: string, on = runtime): Promise<string> => (await on.executions.get(on.ownerId, id)).status
const getOutputs = (events: readonly JournalEvent[]): unknown[] =>
  events.flatMap((event) => (event.type === 'NodeOutput' ? [event.value] : []))
const getTypes = (events: readonly JournalEvent[]): string[] => events.map(({ type }) => type)

describe('a sleeping block', () => {
  it('delivers each output once and in order across two sleeps in a loop', async () => {
    const events = await readEvents(await start(toDocument('sleepy/each', { ms: 120, times: 2 })))
    expect(getOutputs(events)).toEqual(['before 1', 'after 1', 'before 2', 'after 2'])
    const asleep = ['NodeWaiting', 'NodeResumed', 'NodeStarted']
    expect(getTypes(events)).toEqual([
      'ExecutionStarted',
      'NodeStarted',
      'NodeOutput',
      ...asleep,
      'NodeOutput',
      'NodeOutput',
      ...asleep,
      'NodeOutput',
      'NodeFinished',
      'ExecutionFinished',
    ])
    const untils = events.flatMap((event) => (event.type === 'NodeWaiting' ? [event.until] : []))
    const resumed = events.flatMap(({ type, at }) => (type === 'NodeResumed' ? [at] : []))
    expect(resumed.map((at, i) => at - (untils[i] ?? Infinity) >= 0)).toEqual([true, true])
  })

  it('waits within its call if it sleeps for less than 50 ms', async () => {
    const events = await readEvents(await start(toDocument('sleepy/each', { ms: 5, times: 3 })))
    expect(getOutputs(events)).toHaveLength(6)
    expect(getTypes(events)).not.toContain('NodeWaiting')
  })

  it('releases its execution, which states its wake time and continues at that time', async () => {
    const id = await start(toDocument('sleepy/each', { ms: 1800 }))
    await expect.poll(() => getStatus(id), slowly).toBe('WAITING')
    const { until } = await untilEvent(id, 'NodeWaiting')
    const { reason } = await runtime.executions.get(runtime.ownerId, id)
    const moment = new Date(until).toISOString()
    expect(reason).toEqual({ code: 'WAITING_FOR_TIME', message: `waits until ${moment} for sleeping nodes: n` })
    await expect.poll(() => runtime.worker?.active(), slowly).toBe(0)
    expect(await readNodeExecutions(runtime, id)).toMatchObject([
      { status: 'WAITING', waitingUntil: new Date(until), outputs: [{ value: 'before 1' }] },
    ])
    const resumed = await untilEvent(id, 'NodeResumed')
    expect(resumed.at).toBeGreaterThanOrEqual(until)
    expect(getOutputs(await readEvents(id))).toEqual(['before 1', 'after 1'])
    expect(await readNodeExecutions(runtime, id)).toMatchObject([{ status: 'COMPLETED', waitingUntil: undefined }])
  })

  it('frees its slot for other nodes', async () => {
    const document = {
      concurrency: 1,
      nodes: [
        { id: 'n', block: 'sleepy/each', inputs: { ms: 500 } },
        { id: 'm', block: 'text/template', inputs: { format: 'x', values: {} } },
      ],
    }
    const events = await readEvents(await start(document))
    const at = (type: string, node: string): number =>
      events.findIndex((event) => event.type === type && 'node' in event && event.node === node)
    expect(at('NodeFinished', 'm')).toBeGreaterThan(at('NodeWaiting', 'n'))
    expect(at('NodeFinished', 'm')).toBeLessThan(at('NodeResumed', 'n'))
  })

  it('may sleep longer than the timeout of its node', async () => {
    const events = await readEvents(await start(toDocument('sleepy/each', { ms: 1500 }, { timeoutMs: 1000 })))
    expect(events.at(-1)).toMatchObject({ status: 'COMPLETED' })
  })

  it('observes the elapsed time when it runs again', async () => {
    const events = await readEvents(await start(toDocument('sleepy/clock', { ms: 200 })))
    expect(events.at(-1)).toMatchObject({ status: 'COMPLETED' })
    expect(getTypes(events).filter((type) => type === 'NodeWaiting')).toHaveLength(1)
  })

  it('runs concurrent sleeps one after the other', async () => {
    const events = await readEvents(await start(toDocument('sleepy/beside', { ms: 100 })))
    expect(getOutputs(events)).toEqual(['both'])
    expect(getTypes(events).filter((type) => type === 'NodeWaiting')).toHaveLength(2)
  })

  it('repeats the code before a sleep', async () => {
    const events = await readEvents(await start(toDocument('sleepy/store', { ms: 100 })))
    expect(getOutputs(events)).toEqual([2])
  })

  it('also sleeps in runBlock', async () => {
    const { id } = await runtime.executions.runBlock(runtime.ownerId, { block: 'sleepy/each', inputs: { ms: 60 } })
    expect(getOutputs(await readEvents(id))).toEqual(['before 1', 'after 1'])
  })

  it('is cancelled immediately, whether or not its execution is released', async () => {
    for (const [ms, status] of [
      [900, 'RUNNING'],
      [3600_000, 'WAITING'],
    ] as const) {
      const id = await start(toDocument('sleepy/each', { ms }))
      await untilEvent(id, 'NodeWaiting')
      await expect.poll(() => getStatus(id), slowly).toBe(status)
      await runtime.executions.cancel(runtime.ownerId, id)
      expect(await getStatus(id)).toBe('CANCELLED')
      expect(await readNodeExecutions(runtime, id)).toMatchObject([{ status: 'CANCELLED' }])
    }
    await expect.poll(() => runtime.worker?.active(), slowly).toBe(0)
  })

  it('continues its sleep when a cancelled execution is retried', async () => {
    const id = await start(toDocument('sleepy/each', { ms: 900 }))
    const { until } = await untilEvent(id, 'NodeWaiting')
    await runtime.executions.cancel(runtime.ownerId, id)
    const events = await readEvents((await runtime.executions.retry(runtime.ownerId, id)).id)
    expect(getOutputs(events)).toEqual(['before 1', 'after 1'])
    expect(events.find(({ type }) => type === 'NodeResumed')?.at).toBeGreaterThanOrEqual(until)
  })

  it('fails with a code if it lacks the capability or the time is invalid', async () => {
    const readEnd = async (block: string, ms: unknown): Promise<unknown> =>
      (await readEvents(await start(toDocument(block, { ms })))).at(-1)
    expect(await readEnd('sleepy/powerless', 100)).toMatchObject({ reason: { code: 'CAPABILITY_MISSING' } })
    expect(await readEnd('sleepy/each', 'long')).toMatchObject({
      reason: { code: 'BAD_INPUT', message: expect.stringContaining('sleep takes milliseconds, got long') },
    })
    expect(await readEnd('sleepy/each', 31 * 86_400_000)).toMatchObject({
      reason: { code: 'BAD_INPUT', message: expect.stringContaining('up to 2592000000') },
    })
    expect(await readEnd('sleepy/each', -1)).toMatchObject({ status: 'COMPLETED' })
  })
})

describe('a block that reports progress', () => {
  it('has its reports limited, except for the last one', async () => {
    const id = await start(toDocument('sleepy/steps', { ms: 0, times: 100 }))
    const events = await readEvents(id)
    const reports = events.flatMap((event) => (event.type === 'NodeProgress' ? [event] : []))
    const ms = (events.at(-1)?.at ?? 0) - (events[0]?.at ?? 0)
    expect(reports.length).toBeGreaterThan(1)
    expect(reports.length).toBeLessThanOrEqual(ms / 200 + 2)
    expect(reports.at(-1)).toMatchObject({ node: 'n', n: 1, fraction: 1, note: 'step 100' })
    expect(events.find(({ type }) => type === 'NodeLog')).toMatchObject({ level: 'debug', text: 'done' })
    expect(await readNodeExecutions(runtime, id)).toMatchObject([
      { status: 'COMPLETED', progress: { fraction: 1, note: 'step 100' } },
    ])
  })
})

describe('a graph with a sleeping block', () => {
  it('wakes the parent that waits for it', async () => {
    const child = {
      nodes: [
        { id: 'n', block: 'sleepy/each', inputs: { ms: 3000 } },
        { id: 'out', block: 'io/output', inputs: { name: 'said' } },
      ],
      links: [{ from: 'n.out', to: 'out.value' }],
    }
    const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: 'Child', document: child })
    const id = await start({
      nodes: [
        { id: 'child', block: 'io/graph', inputs: { graph_id: graphId } },
        { id: 'n', block: 'sleepy/each', inputs: { ms: 4000 } },
      ],
    })
    const getExecution = () => runtime.executions.get(runtime.ownerId, id)
    const message = /^waits for the graphs that its nodes run: child, and until .* for sleeping nodes: n$/
    await expect.poll(getExecution, slowly).toMatchObject({
      status: 'WAITING',
      reason: { code: 'WAITING_FOR_GRAPH', message: expect.stringMatching(message) as unknown },
    })
    const events = await readEvents(id)
    expect(getOutputs(events.filter((event) => 'node' in event && event.node === 'child'))).toEqual(['before 1', 'after 1'])
    expect(getOutputs(events.filter((event) => 'node' in event && event.node === 'n'))).toEqual(['before 1', 'after 1'])
  })
})

describe('a restarted runtime', () => {
  it('wakes released executions and continues those that slept while they were held', async () => {
    const first = await createTestRuntime({ pluginRoots: [BUILTIN_PLUGINS, folder] })
    const long = await start(toDocument('sleepy/each', { ms: 2500 }), first)
    await expect.poll(() => getStatus(long, first), slowly).toBe('WAITING')
    const short = await start(toDocument('sleepy/each', { ms: 900 }), first)
    const { until: untilShort } = await untilEvent(short, 'NodeWaiting', first)
    const { until: untilLong } = await untilEvent(long, 'NodeWaiting', first)
    await first.close()
    const databaseUrl = first.database.url
    const second = await createTestRuntime({ pluginRoots: [BUILTIN_PLUGINS, folder], databaseUrl })
    try {
      for (const [id, until] of [
        [long, untilLong],
        [short, untilShort],
      ] as const) {
        const events = await readEvents(id, second)
        expect(getOutputs(events)).toEqual(['before 1', 'after 1'])
        expect(events.find(({ type }) => type === 'NodeResumed')?.at).toBeGreaterThanOrEqual(until)
      }
      expect(second.failures).toEqual([])
    } finally {
      await second.close()
    }
  })

  it('reports no failures', () => {
    expect(runtime.failures).toEqual([])
  })
})
