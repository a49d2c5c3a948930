import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  fold,
  formatTag,
  isFinal,
  missingPins,
  type ExecutionEvent,
  type JournalEvent,
  type NodeExecution,
  type Plan,
} from '../../../engine/index.ts'
import { scripted } from '../../../engine/simulation/blocks.ts'
import { cases, type Case } from '../../../engine/simulation/cases.ts'
import { fakeBlocks, planWith, toPlan, type FakeBlock } from '../../../engine/simulation/fake-blocks.ts'
import { orderBySeed } from '../../../engine/simulation/properties.ts'
import { simulate } from '../../../engine/simulation/worker.ts'
import { isValid, taggedCases } from '../../../engine/simulation/tagged/cases.ts'
import { toFakes } from '../../../engine/simulation/tagged/fakes.ts'
import { LoopProjection } from './loop-projection.ts'
import { walkNodeExecutions } from './node-execution-order.ts'
import { valueSeqs, viewNodeExecution, type NodeExecutionView } from './node-execution-view.ts'
import { Projection } from './projection.ts'
import { readScopePages } from './scope-pages.ts'

const blocks = fakeBlocks(scripted)
const random = fc.tuple(fc.oneof(cases(true), cases(false)), fc.nat(1000))

it('shows the same node executions as the scheduler after the same events', () => {
  fc.assert(
    fc.property(random, ([each, part]) => {
      const plan = toPlan(blocks, each.document)
      const all = runCase(plan, each)
      const events = all.slice(0, Math.ceil((all.length * part) / 1000))
      expect(project(plan, events)).toEqual(viewWithValues(plan, events))
    }),
    { numRuns: 300 },
  )
})

it('shows the same node executions and loops as the scheduler in graphs with loops and cycles', () => {
  fc.assert(
    fc.property(taggedCases().filter(isValid), fc.nat(1000), (given, part) => {
      const fakes = toFakes(given.blocks)
      const plan = toPlan(fakeBlocks(fakes), given.document)
      const all = number(simulate(plan, fakes, { choose: orderBySeed(given.seed) }).events)
      const events = all.slice(0, Math.ceil((all.length * part) / 1000))
      expect(project(plan, events)).toEqual(viewWithValues(plan, events))
      const loops = new LoopProjection(plan)
      for (const event of events) loops.add(event)
      expect(readScopes(loops)).toEqual(readScopes(fold(plan, events)))
    }),
    { numRuns: 300 },
  )
})

it('shows the first 1000 items of a gathered list, and the report about its loop', () => {
  const plan = planWith(LOOP_BLOCKS, LOOPS)
  const rows = Array.from({ length: 1200 }, (_, i) => [i + 1])
  const views = project(plan, number(simulate(plan, LOOP_BLOCKS, { inputs: { rows } }).events))
  const [all] = views.filter(({ nodeId }) => nodeId === 'all')
  expect(all).toMatchObject({
    status: 'COMPLETED',
    tag: '',
    iteration: undefined,
    inputs: { loop: { iterations: 1200, dropped: 0, failure: null } },
  })
  expect(all?.inputs?.item).toEqual(Array.from({ length: 1000 }, (_, i) => [`${i + 1}!`]))
  const last = views.findLast(({ nodeId }) => nodeId === 'step')
  expect(last).toMatchObject({
    tag: 'rows.1[1199]/cells.1200[0]',
    iteration: { producer: { nodeId: 'cells', number: 1200 }, index: 0 },
    inputs: { a: 1200 },
  })
})

it('names the pins that no value can reach any more', () => {
  const plan = planWith(LOOP_BLOCKS, {
    nodes: [
      { id: 'in', block: 'input', inputs: { name: 'rows' } },
      { id: 'rows', block: 'each' },
      { id: 'step', block: 'step' },
      { id: 'join', block: 'join' },
    ],
    links: [
      { from: 'in.result', to: 'rows.items' },
      { from: 'rows.item', to: 'step.a' },
      { from: 'rows.item', to: 'join.a' },
      { from: 'step.out', to: 'join.b' },
    ],
    onUnhandledError: 'CONTINUE',
    pairing: 'TAGGED',
  })
  const { events } = simulate(plan, LOOP_BLOCKS, { inputs: { rows: [1, 0] } })
  const joins = (views: NodeExecutionView[]) => views.filter(({ nodeId }) => nodeId === 'join')
  expect(joins(project(plan, number(events)))).toMatchObject([
    { tag: 'rows.1[0]', status: 'COMPLETED', missingPins: [], deadPins: [] },
    { tag: 'rows.1[1]', status: 'INCOMPLETE', missingPins: ['b'], deadPins: ['b'] },
  ])
})

it('continues each order after any node execution', () => {
  fc.assert(
    fc.property(
      random,
      fc.constantFrom('NODE', 'STARTED_AT'),
      fc.constantFrom('ASC', 'DESC'),
      ([each, part], field, direction) => {
        const plan = toPlan(blocks, each.document)
        const all = runCase(plan, each)
        const projection = fill(plan, all.slice(0, Math.ceil((all.length * part) / 1000)))
        const runs = [...walkNodeExecutions(projection, { field, direction })]
        expect(new Set(runs)).toEqual(new Set(projection.scheduler.nodeExecutions()))
        expect(runs).toHaveLength(projection.scheduler.nodeExecutions().length)
        for (const [i, after] of runs.entries())
          expect([...walkNodeExecutions(projection, { field, direction, after })]).toEqual(runs.slice(i + 1))
        expect([...walkNodeExecutions(projection, { field, direction: direction === 'ASC' ? 'DESC' : 'ASC' })]).toEqual(
          runs.toReversed(),
        )
      },
    ),
    { numRuns: 100 },
  )
})

const LIST = { type: 'array', items: {}, collect: true }
const LOOP_BLOCKS: Record<string, FakeBlock> = {
  input: { kind: 'input', run: ({ value }) => ({ pairs: [['result', value]] }) },
  output: { kind: 'output', run: () => ({ pairs: [] }) },
  each: {
    outputs: { item: { many: true }, done: { done: true } },
    run: ({ items }) => ({ pairs: (items as unknown[]).map((item) => ['item', item]) }),
  },
  step: {
    run: ({ a }) =>
      a === 0 ? { pairs: [], error: { code: 'BLOCK_FAILED', message: 'zero' } } : { pairs: [['out', `${String(a)}!`]] },
  },
  join: { run: ({ a, b }) => ({ pairs: [['out', [a, b]]] }) },
  collect: {
    inputs: { item: LIST, error: { ...LIST, optional: true }, loop: { loop: true } },
    run: ({ item }) => ({ pairs: [['list', item]] }),
  },
}
/** A loop over rows with a loop over their cells. A cell of 0 fails. */
const LOOPS = {
  nodes: [
    { id: 'in', block: 'input', inputs: { name: 'rows' } },
    { id: 'rows', block: 'each' },
    { id: 'cells', block: 'each' },
    { id: 'step', block: 'step' },
    { id: 'row', block: 'collect' },
    { id: 'all', block: 'collect' },
    { id: 'join', block: 'join' },
    { id: 'out', block: 'output', inputs: { name: 'all' } },
  ],
  links: [
    { from: 'in.result', to: 'rows.items' },
    { from: 'rows.item', to: 'cells.items' },
    { from: 'cells.item', to: 'step.a' },
    { from: 'step.out', to: 'row.item' },
    { from: 'step.out', to: 'join.a' },
    { from: 'in.result', to: 'join.b' },
    { from: 'row.list', to: 'all.item' },
    { from: 'all.list', to: 'out.value' },
  ],
  onUnhandledError: 'CONTINUE',
  pairing: 'TAGGED',
}

function readScopes(projection: Pick<LoopProjection, 'scheduler'>) {
  const orderBy = { field: 'STARTED', direction: 'ASC' } as const
  const request = { first: 1000, filter: {}, orderBy, countTotal: true }
  return readScopePages(new Map([['x', projection]]), request).get('x')
}

function number(events: readonly ExecutionEvent[]): JournalEvent[] {
  return events.map((event, i) => ({ ...event, seq: i + 1, at: 1000 + i }))
}

function runCase(plan: Plan, { inputs, masks, seed, cancelAfter }: Case): JournalEvent[] {
  const { events } = simulate(plan, scripted, { inputs, masks, cancelAfter, choose: orderBySeed(seed) })
  return number(events)
}

function fill(plan: Plan, events: readonly JournalEvent[]): Projection {
  const projection = new Projection(plan)
  for (const event of events) projection.add(event)
  return projection
}

function project(plan: Plan, events: readonly JournalEvent[]): NodeExecutionView[] {
  const projection = fill(plan, events)
  return projection.scheduler.nodeExecutions().map((run) => {
    const own = [...valueSeqs(projection, run)].flatMap((seq) => {
      const event = events[seq - 1]
      return event ? [[seq, { event, chars: 0 }] as const] : []
    })
    return viewNodeExecution('x', projection, run, new Map(own))
  })
}

/** A view does not repeat the steps before it. */
function withoutSteps({ node }: NodeExecution, inputs: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(inputs).filter(([pin]) => pin !== node.block.stepsPin))
}

/** The reference: a scheduler that holds all values. */
function viewWithValues(plan: Plan, events: readonly JournalEvent[]): NodeExecutionView[] {
  const { scheduler } = fold(plan, events)
  return scheduler.nodeExecutions().map((run): NodeExecutionView => {
    const own = events.filter((event) => 'node' in event && event.node === run.node.id && event.n === run.n)
    const [started] = own.filter(({ type }) => type === 'NodeStarted')
    const finished = own.findLast(({ type }) => type === 'NodeFinished')
    const progress = own.findLast((event) => event.type === 'NodeProgress')
    const isOver = isFinal(scheduler.status) && (run.status === 'RUNNING' || run.status === 'WAITING')
    const isQueued = run.status === 'RUNNING' && !started
    return {
      executionId: 'x',
      nodeId: run.node.id,
      number: run.n,
      status: isOver ? 'CANCELLED' : isQueued ? 'QUEUED' : run.status,
      tag: formatTag(run.tag),
      iteration: run.tag.scope && {
        producer: run.tag.scope.producer && { nodeId: run.tag.scope.producer.node.id, number: run.tag.scope.producer.n },
        index: run.tag.index,
      },
      attempt: run.attempt,
      step: run.step?.number,
      inputs: run.status === 'INCOMPLETE' ? undefined : orUndefined(() => withoutSteps(run, scheduler.resolveInputs(run))),
      outputs: own.flatMap((event) => (event.type === 'NodeOutput' ? [{ pin: event.pin, value: event.value }] : [])),
      outputCount: own.filter(({ type }) => type === 'NodeOutput').length,
      missingPins: run.status === 'INCOMPLETE' ? missingPins(run) : [],
      deadPins: run.status === 'INCOMPLETE' && isFinal(scheduler.status) ? missingPins(run) : [],
      error: run.error,
      waitingUntil: run.currentSleep && new Date(run.currentSleep.until),
      progress: progress?.type === 'NodeProgress' ? { fraction: progress.fraction, note: progress.note ?? '' } : undefined,
      usage: [],
      startedAt: started && new Date(started.at),
      finishedAt: finished && new Date(finished.at),
    }
  })
}

function orUndefined<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
