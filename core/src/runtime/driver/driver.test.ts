import { expect, it } from 'vitest'
import { AshlarError } from '../../base/index.ts'
import type { LocatedStack } from '../../blocks/index.ts'
import type { CallSink } from '../../sandbox/calls/index.ts'
import type { DriverParts } from './driver-parts.ts'
import { ExecutionDriver } from './driver.ts'
import { fold, type ExecutionEvent, type Plan } from '../../engine/index.ts'
import { planWith, type FakeBlock } from '../../engine/simulation/fake-blocks.ts'

const fakes: Record<string, FakeBlock> = {
  emit: { run: () => ({ pairs: [] }) },
  echo: { run: () => ({ pairs: [] }) },
}

/** Drives a plan with a sandbox that immediately yields 1 on the pin `out` of every call to `emit`. */
function drive(plan: Plan, instead: Partial<DriverParts> = {}): { events: ExecutionEvent[]; calls: string[] } {
  const events: ExecutionEvent[] = []
  const calls: string[] = []
  const parts = {
    sandbox: {
      call: ({ block }, sink) => {
        calls.push(block)
        if (block === 'emit') sink.output('out', 1)
        sink.end()
        return () => {}
      },
      forget: () => {},
    },
    journal: {
      append: (_entry, event) => void events.push(event),
      committed: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    deltas: { add: () => {}, drop: () => {}, close: () => {} },
    capabilities: {
      createSession: () => ({ getEffect: () => 'none', perform: () => Promise.resolve(null), close: () => {} }),
      close: () => Promise.resolve(),
    },
    errorLocator: { locate: () => Promise.resolve(undefined) },
    children: { start: never, cancel: never, wake: never, wakeForgotten: never },
    onNews: () => () => {},
    readEvents: () => Promise.resolve([]),
    readOutputs: async function* () {},
    readEventsAt: () => Promise.resolve(new Map()),
    onIdle: () => {},
    onError: (error) => {
      throw error
    },
    random: () => 0.5,
    now: Date.now,
    ...instead,
  } satisfies DriverParts
  const entry = { executionId: 'e', fence: 1, parentId: null, lastSeq: 0, committedSeq: 0, lost: false }
  const taken = {
    id: 'e',
    depth: 0,
    ownerId: 'o',
    graphId: null,
    inputs: {},
    masks: null,
    recordsHttp: false,
    sandboxMemoryMb: null,
    plan,
    entry,
    folded: fold(plan, []),
  }
  new ExecutionDriver(taken, parts).start()
  return { events, calls }
}

/** A sandbox in which no call ends unless the test ends it. */
function gather(sinks: CallSink[]): DriverParts['sandbox'] {
  return {
    call: (_request, sink) => {
      sinks.push(sink)
      return () => {}
    },
    forget: () => {},
  }
}

function never(): Promise<never> {
  return Promise.reject(new Error('there are no children here'))
}

it('starts nothing after an invalid input has ended the execution', () => {
  const plan = planWith(fakes, {
    nodes: [
      { id: 'a', block: 'emit' },
      { id: 'broken', block: 'echo' },
      { id: 'other', block: 'echo' },
    ],
    links: [
      { from: 'a.out', to: 'broken.list_$_x' },
      { from: 'a.out', to: 'other.x' },
    ],
  })
  const { events, calls } = drive(plan)
  expect(events.at(-1)).toMatchObject({ type: 'ExecutionFinished', status: 'FAILED', reason: { code: 'BLOCK_INPUT_INVALID' } })
  expect(calls).toEqual(['emit'])
})

it('ends a node that feeds its error to itself at the budget', () => {
  const plan = planWith(fakes, {
    budget: 20_000,
    nodes: [
      { id: 'a', block: 'emit' },
      { id: 'broken', block: 'echo' },
    ],
    links: [
      { from: 'a.out', to: 'broken.list_$_x' },
      { from: 'broken.error', to: 'broken.list_$_x' },
    ],
  })
  expect(drive(plan).events.at(-1)).toMatchObject({ type: 'ExecutionFinished', reason: { code: 'BUDGET_EXCEEDED' } })
})

it('logs a value that loses its meaning in a conversion at its node, before the call', () => {
  const blocks = { ...fakes, count: { run: () => ({ pairs: [] }), inputs: { flag: { type: 'boolean' } } } }
  const plan = planWith(blocks, {
    nodes: [
      { id: 'a', block: 'emit' },
      { id: 'b', block: 'count', inputs: { flag: 'no' } },
    ],
    links: [{ from: 'a.out', to: 'b.x' }],
  })
  const text = 'input "flag": the pin requires a boolean, got the text "no", which became false'
  const nodeEvents = drive(plan).events.filter((event) => 'node' in event && event.node === 'b')
  expect(nodeEvents.map(({ type }) => type)).toEqual(['NodeStarted', 'NodeLog', 'NodeFinished'])
  expect(nodeEvents[1]).toEqual({ type: 'NodeLog', node: 'b', n: 1, level: 'warn', text })
})

it('creates a capability session on the first host call, and closes it when the call ends or restarts', async () => {
  const sinks: CallSink[] = []
  const sessions: string[] = []
  const capabilities: DriverParts['capabilities'] = {
    createSession: (_actor, { block: { qualifiedName } }, inputs) => {
      sessions.push(`open ${qualifiedName} ${JSON.stringify(inputs())}`)
      const perform = (method: string): Promise<unknown> => Promise.resolve(sessions.push(method))
      return { getEffect: () => 'none', perform, close: () => void sessions.push('close') }
    },
    close: () => Promise.resolve(),
  }
  drive(
    planWith(fakes, {
      nodes: [
        { id: 'a', block: 'emit', inputs: { url: 'x' } },
        { id: 'b', block: 'emit' },
      ],
    }),
    { sandbox: gather(sinks), capabilities },
  )
  const [a, b] = sinks
  await a?.hostCall?.('one', [])
  await a?.hostCall?.('two', [])
  a?.restarted?.()
  await a?.hostCall?.('three', [])
  a?.end()
  b?.end()
  const opened = 'open fake/emit {"url":"x"}'
  expect(sessions).toEqual([opened, 'one', 'two', 'close', opened, 'three', 'close'])
})

it('closes the session of a running call when the execution fails', async () => {
  let closed = 0
  const sinks: CallSink[] = []
  const session = { getEffect: () => 'none' as const, perform: () => Promise.resolve(null), close: () => void closed++ }
  const capabilities: DriverParts['capabilities'] = { createSession: () => session, close: () => Promise.resolve() }
  drive(
    planWith(fakes, {
      nodes: [
        { id: 'a', block: 'emit' },
        { id: 'b', block: 'emit' },
      ],
    }),
    { sandbox: gather(sinks), capabilities },
  )
  await sinks[0]?.hostCall?.('one', [])
  sinks[1]?.end(new AshlarError('BLOCK_FAILED', 'no luck'))
  expect(closed).toBe(1)
})

it.each([
  ['a bug', new TypeError('x is not a function'), 1],
  ['a database that fails', Object.assign(new Error('terminating connection'), { code: '57P01' }), 1],
  ['a host module that throws', new AshlarError('HOST_MODULE_FAILED', 'no'), 1],
  ['an error of the configuration', new AshlarError('CREDENTIAL_UNREADABLE', 'no'), 1],
  ['a denied request', new AshlarError('HTTP_DENIED', 'no'), 0],
  ['an unavailable service', new AshlarError('HTTP_FAILED', 'no'), 0],
])('passes %s to the block of a host call, and to the operator if the operator must act', async (_what, error, reportCount) => {
  const sinks: CallSink[] = []
  const errors: unknown[] = []
  drive(planWith(fakes, { nodes: [{ id: 'a', block: 'emit' }] }), {
    sandbox: gather(sinks),
    capabilities: {
      createSession: () => ({ getEffect: () => 'none', perform: () => Promise.reject(error), close: () => {} }),
      close: () => Promise.resolve(),
    },
    onError: (each) => void errors.push(each),
  })
  await expect(sinks[0]?.hostCall?.('one', [])).rejects.toBe(error)
  expect(errors).toEqual(reportCount === 1 ? [error] : [])
})

it('calls a block again if its time limit passed while the journal was not writable', async () => {
  const sinks: CallSink[] = []
  const { promise: written, resolve: write } = Promise.withResolvers<void>()
  const blocks: Record<string, FakeBlock> = { send: { effectful: true, run: () => ({ pairs: [] }) } }
  const events: ExecutionEvent[] = []
  drive(planWith(blocks, { nodes: [{ id: 'a', block: 'send' }] }), {
    sandbox: gather(sinks),
    journal: { append: (_entry, event) => void events.push(event), committed: () => written, close: () => Promise.resolve() },
    capabilities: {
      createSession: () => ({ getEffect: () => 'once', perform: () => Promise.resolve('done'), close: () => {} }),
      close: () => Promise.resolve(),
    },
  })
  const held = sinks[0]?.hostCall?.('one', [])
  sinks[0]?.end(new AshlarError('TIMEOUT', 'did not finish within 60000 ms'))
  write()
  await expect(held).rejects.toMatchObject({ code: 'CANCELLED' })
  await expect.poll(() => sinks.length).toBe(2)
  expect(await sinks[1]?.hostCall?.('one', [])).toBe('done')
  sinks[1]?.end()
  expect(events.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'NodeStarted',
    'EffectStarted',
    'NodeFinished',
    'ExecutionFinished',
  ])
})

it('locates the error of a block before its node ends, and does not end an aborted node', async () => {
  const sinks: CallSink[] = []
  const located = [Promise.withResolvers<LocatedStack>(), Promise.withResolvers<LocatedStack>()]
  const waiting = located.values()
  const { events } = drive(
    planWith(fakes, {
      nodes: [
        { id: 'a', block: 'emit' },
        { id: 'b', block: 'emit' },
      ],
    }),
    { sandbox: gather(sinks), errorLocator: { locate: async () => waiting.next().value?.promise } },
  )
  for (const sink of sinks) sink.end(new AshlarError('BLOCK_FAILED', 'no', { details: { stack: '    at x' } }))
  expect(events.filter(({ type }) => type === 'NodeFinished')).toEqual([])
  const found = { position: { file: 'src/say.ts', line: 5, column: 78 }, stack: 'at run (src/say.ts:5:78)' }
  for (const each of located) each.resolve(found)
  await Promise.all(located.map(({ promise }) => promise))
  await new Promise(setImmediate)
  expect(events.filter(({ type }) => type === 'NodeFinished')).toEqual([
    { type: 'NodeFinished', node: 'a', n: 1, attempt: 1, error: { code: 'BLOCK_FAILED', message: 'no', ...found } },
  ])
  expect(events.at(-1)).toMatchObject({ type: 'ExecutionFinished', status: 'FAILED' })
})
