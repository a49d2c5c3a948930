import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fold, isFinal, missingPins, type JournalEvent, type Plan } from '../../../engine/index.ts'
import { scripted } from '../../../engine/simulation/blocks.ts'
import { cases, type Case } from '../../../engine/simulation/cases.ts'
import { fakeBlocks, toPlan } from '../../../engine/simulation/fake-blocks.ts'
import { orderBySeed } from '../../../engine/simulation/properties.ts'
import { simulate } from '../../../engine/simulation/worker.ts'
import { walkNodeExecutions } from './node-execution-order.ts'
import { valueSeqs, viewNodeExecution, type NodeExecutionView } from './node-execution-view.ts'
import { Projection } from './projection.ts'

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

function runCase(plan: Plan, { inputs, masks, seed, cancelAfter }: Case): JournalEvent[] {
  const { events } = simulate(plan, scripted, { inputs, masks, cancelAfter, choose: orderBySeed(seed) })
  return events.map((event, i) => ({ ...event, seq: i + 1, at: 1000 + i }))
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
      attempt: run.attempt,
      inputs: run.status === 'INCOMPLETE' ? undefined : orUndefined(() => scheduler.resolveInputs(run)),
      outputs: own.flatMap((event) => (event.type === 'NodeOutput' ? [{ pin: event.pin, value: event.value }] : [])),
      outputCount: own.filter(({ type }) => type === 'NodeOutput').length,
      missingPins: run.status === 'INCOMPLETE' ? missingPins(run) : [],
      error: run.error,
      waitingUntil: run.currentSleep && new Date(run.currentSleep.until),
      progress: progress?.type === 'NodeProgress' ? { fraction: progress.fraction, note: progress.note ?? '' } : undefined,
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
