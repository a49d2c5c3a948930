import { expect, it } from 'vitest'
import type { ExecutionEvent } from './events.ts'
import { planWith, type FakeBlock } from './simulation/fake-blocks.ts'
import { simulate } from './simulation/worker.ts'
import { fold, toSchedulerEvent } from './fold.ts'

const fakes: Record<string, FakeBlock> = {
  emit: { run: ({ values }) => ({ pairs: (values as unknown[]).map((value) => ['out', value]) }) },
  output: { kind: 'output', run: () => ({ pairs: [] }) },
}

it('returns graph outputs that the journal does not record yet as pending', () => {
  const plan = planWith(fakes, {
    nodes: [
      { id: 'a', block: 'emit', inputs: { values: [1, 2] } },
      { id: 'o', block: 'output', inputs: { name: 'all' } },
      { id: 'p', block: 'output', inputs: { name: 'too' } },
    ],
    links: [
      { from: 'a.out', to: 'o.value' },
      { from: 'a.out', to: 'p.value' },
    ],
  })
  const { events } = simulate(plan, fakes)
  const unreported = (count: number): unknown[] =>
    fold(plan, events.slice(0, count)).pending.flatMap((each) => (each.type === 'graph-output' ? [[each.name, each.value]] : []))
  const first = events.findIndex(({ type }) => type === 'GraphOutput')
  expect(unreported(first)).toEqual([
    ['all', 1],
    ['too', 1],
  ])
  expect(unreported(first + 1)).toEqual([['too', 1]])
  expect(unreported(first + 2)).toEqual([])
  expect(unreported(events.length)).toEqual([])
})

it('keeps the iteration of an output', () => {
  const output = { node: 'each', n: 1, pin: 'item', value: 'a' }
  expect(toSchedulerEvent({ type: 'NodeOutput', ...output, k: 3 })).toEqual({ type: 'output', ...output, k: 3 })
  expect(toSchedulerEvent({ type: 'NodeOutput', ...output })).toEqual({ type: 'output', ...output })
})

it('puts interrupted effects first, because they may end the execution', () => {
  const blocks: Record<string, FakeBlock> = { ...fakes, send: { effectful: true, run: () => ({ pairs: [] }) } }
  const plan = planWith(blocks, {
    nodes: [
      { id: 'a', block: 'emit', inputs: { values: [] } },
      { id: 'e', block: 'send' },
      { id: 'f', block: 'send' },
    ],
  })
  const { events } = simulate(plan, blocks, { stopAfter: 4 })
  expect(events.map((event) => ('node' in event ? `${event.type} ${event.node}` : event.type))).toEqual([
    'ExecutionStarted',
    'NodeStarted a',
    'NodeStarted e',
    'NodeStarted f',
  ])
  const acted = { type: 'EffectStarted' as const, node: 'e', n: 1, attempt: 1 }
  const { pending, interrupted } = fold(plan, [...events.slice(0, 3), acted])
  expect(pending.map((each) => each.type === 'run' && each.run.node.id)).toEqual(['e', 'a', 'f'])
  expect([...interrupted].map(({ node }) => node.id)).toEqual(['e'])
})

it('assumes that an effectful block has acted once it started, if its journal does not mark effects', () => {
  const blocks: Record<string, FakeBlock> = { ...fakes, send: { effectful: true, run: () => ({ pairs: [] }) } }
  const plan = planWith(blocks, { nodes: [{ id: 'e', block: 'send' }] })
  const started = { type: 'NodeStarted' as const, node: 'e', n: 1, attempt: 1 }
  const interruptedBy = (event: ExecutionEvent): number =>
    fold(plan, [{ type: 'ExecutionStarted', inputs: {} }, event]).interrupted.size
  expect([interruptedBy(started), interruptedBy({ ...started, marksEffects: true })]).toEqual([1, 0])
})

it('returns a sleep as pending until the journal records its end', () => {
  const blocks: Record<string, FakeBlock> = { nap: { sleeps: true, run: () => ({ pairs: [['out', 1]], sleeps: [1] }) } }
  const plan = planWith(blocks, { nodes: [{ id: 'a', block: 'nap' }] })
  const { events } = simulate(plan, blocks)
  expect(events.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'NodeStarted',
    'NodeOutput',
    'NodeWaiting',
    'NodeResumed',
    'NodeStarted',
    'NodeFinished',
    'ExecutionFinished',
  ])
  const pending = (count: number): unknown[] =>
    fold(plan, events.slice(0, count)).pending.map((each) =>
      'run' in each ? [each.type, each.run.status, each.run.slept] : each,
    )
  expect(pending(4)).toEqual([['wait', 'WAITING', 0]])
  expect(pending(5)).toEqual([['run', 'RUNNING', 1]])
  expect(pending(6)).toEqual([['run', 'RUNNING', 1]])
})
