import { describe, expect, it } from 'vitest'
import { eventsToReplay, eventsToRetry } from './continue.ts'
import type { ExecutionEvent, JournalEvent } from './events.ts'
import { planWith, type FakeBlock } from './simulation/fake-blocks.ts'
import { simulate, type Simulation } from './simulation/worker.ts'

let isBroken = true
const fakes: Record<string, FakeBlock> = {
  emit: { run: ({ values }) => ({ pairs: (values as unknown[]).map((value) => ['out', value]) }) },
  double: { run: ({ x }) => ({ pairs: [['out', Number(x) * 2]] }) },
  /** Yields one value, then fails while `isBroken` is true. */
  shaky: {
    run: ({ x }) => ({
      pairs: [['out', `a${String(x)}`], ...(isBroken ? [] : [['out', `b${String(x)}`] as [string, unknown]])],
      ...(isBroken && { error: { code: 'BLOCK_FAILED', message: 'broken' } }),
    }),
  },
  output: { kind: 'output', run: ({ value }) => ({ pairs: [['output', value]] }) },
}
const document = {
  concurrency: 1,
  nodes: [
    { id: 'a', block: 'emit', inputs: { values: [1, 2] } },
    { id: 'd', block: 'double' },
    { id: 's', block: 'shaky' },
    { id: 'o', block: 'output', inputs: { name: 'all' } },
  ],
  links: [
    { from: 'a.out', to: 'd.x' },
    { from: 'd.out', to: 's.x' },
    { from: 's.out', to: 'o.value' },
  ],
}
const journal = (events: ExecutionEvent[]): JournalEvent[] => events.map((event, i) => ({ ...event, seq: i + 1, at: 0 }))

/** Adds the EffectStarted event of every block with effects. */
function withEffect(event: ExecutionEvent): ExecutionEvent[] {
  if (event.type !== 'NodeStarted' || !event.marksEffects) return [event]
  return [event, { type: 'EffectStarted', node: event.node, n: event.n, attempt: event.attempt }]
}

it('continues from the failed nodes without repeating completed runs and delivered outputs', () => {
  const plan = planWith(fakes, document)
  isBroken = true
  const failed = simulate(plan, fakes)
  expect(failed.end).toMatchObject({ status: 'FAILED', outputs: { all: ['a2'] } })
  isBroken = false
  const continued = simulate(plan, fakes, { events: eventsToRetry(plan, journal(failed.events)) })
  expect(continued.end).toMatchObject({ status: 'COMPLETED', failedNodes: [], outputs: { all: ['a2', 'a4', 'b4', 'b2'] } })
  expect(continued.runs.filter(([run]) => run.startsWith('a.'))).toEqual([])
})

it('replays from a node execution with other inputs', () => {
  const plan = planWith(fakes, document)
  isBroken = false
  const old = simulate(plan, fakes)
  expect(old.end).toMatchObject({ outputs: { all: ['a2', 'b2', 'a4', 'b4'] } })
  const replayed = simulate(plan, fakes, {
    events: eventsToReplay(plan, journal(old.events), { node: 'd', n: 2, inputs: { x: 50 } }),
  })
  expect(replayed.runs[0]).toEqual(['d.2', { x: 50 }])
  expect(replayed.end).toMatchObject({
    status: 'COMPLETED',
    outputs: { all: expect.arrayContaining(['a2', 'b2', 'a100', 'b100']) },
  })
  expect(() => eventsToReplay(plan, journal(old.events), { node: 'd', n: 9 })).toThrow(
    'node "d" has no node execution 9 that has started',
  )
})

it('reports all interrupted effects on the first retry and repeats them on the next one', () => {
  const send: FakeBlock = { effectful: true, run: () => ({ pairs: [['out', 1]] }) }
  const blocks = { ...fakes, send }
  const plan = planWith(blocks, {
    nodes: [
      ...['e', 'f', 'g'].map((id) => ({ id, block: 'send' })),
      { id: 's', block: 'shaky' },
      { id: 'o', block: 'output', inputs: { name: 'all' } },
    ],
    links: ['e', 'f', 'g'].map((id) => ({ from: `${id}.out`, to: 'o.value' })),
  })
  isBroken = true
  const failed = simulate(plan, blocks, { choose: (choices) => choices - 1 })
  expect(failed.end).toMatchObject({ status: 'FAILED', reason: { node: 's' } })
  isBroken = false
  const begun = failed.events.flatMap(withEffect)
  const reported = simulate(plan, blocks, { events: eventsToRetry(plan, journal(begun)) })
  expect(reported.runs).toEqual([])
  expect(reported.end).toMatchObject({ status: 'FAILED', reason: { code: 'EFFECT_INTERRUPTED', node: 'e' } })
  const retried = simulate(plan, blocks, { events: eventsToRetry(plan, journal(reported.events)) })
  expect(retried.end).toMatchObject({ status: 'COMPLETED', failedNodes: [], outputs: { all: [1, 1, 1] } })
})

describe('a replay from a node execution that started during an effect', () => {
  const graph = (effect: string) => ({
    onUnhandledError: 'CONTINUE',
    nodes: [
      { id: 'e', block: effect },
      { id: 'd', block: 'double' },
      { id: 'o', block: 'output', inputs: { name: 'all' } },
    ],
    links: [
      { from: 'e.out', to: 'd.x' },
      { from: 'd.out', to: 'o.value' },
    ],
  })
  const effects: Record<string, FakeBlock> = {
    ...fakes,
    send: {
      effectful: true,
      run: () => ({
        pairs: [
          ['out', 1],
          ['out', 2],
        ],
      }),
    },
    refuse: { effectful: true, run: () => ({ pairs: [['out', 1]], error: { code: 'BLOCK_FAILED', message: 'refused' } }) },
  }
  const replay = (effect: string): Simulation => {
    const plan = planWith(effects, graph(effect))
    const old = simulate(plan, effects, { choose: (choices) => choices - 1 })
    return simulate(plan, effects, { events: eventsToReplay(plan, journal(old.events), { node: 'd', n: 1 }) })
  }

  it('uses the result of the old journal if the effect succeeded', () => {
    const { end, runs } = replay('send')
    expect(runs.map(([run]) => run)).toEqual(['d.1', 'd.2', 'o.1', 'o.2'])
    expect(end).toMatchObject({ status: 'COMPLETED', failedNodes: [], outputs: { all: [2, 4] } })
  })

  it('runs the effect again if it failed later', () => {
    const { end, runs } = replay('refuse')
    expect(runs.map(([run]) => run)).toEqual(['e.1', 'd.1', 'o.1'])
    expect(end).toMatchObject({ status: 'COMPLETED', failedNodes: ['e'], outputs: { all: [2] } })
  })
})
