import { isToolPin } from '../../pins/index.ts'
import type { ExecutionEvent } from '../events.ts'
import type { NodeExecution } from '../pairing/index.ts'
import type { PlanNode } from '../plan/index.ts'
import type { Lives } from './crashes.ts'
import type { Script } from './blocks.ts'
import type { UncrashedRun } from './properties.ts'
import type { Simulation } from './worker.ts'
import type { Observations } from './watch.ts'

/** How often each case occurred, by name. */
export type Counts = Record<string, number>

/** Observations around an execution. */
interface Around extends Observations {
  /** The number of active runs at each crash. */
  crashes: number[]
  isRetried: boolean
  /** The number of crashes while a run slept. */
  asleep: number
}

export function countRun({ plan, simulation, options }: UncrashedRun, around: Around, counts: Counts): void {
  const { events, scheduler, end, runs } = simulation
  const executions = scheduler.nodeExecutions()
  const links = plan.nodes.flatMap((node) => [...node.links.values()].flat())
  const ran = new Set(executions.filter(({ status }) => status !== 'INCOMPLETE').map(({ node }) => node))
  const met = links.filter(({ sink }) => ran.has(sink))
  const add = (name: string, count: number | boolean): void => void (counts[name] = (counts[name] ?? 0) + Number(count))
  add('executions', 1)
  add('events', events.length)
  add('blocks run', runs.length)
  add('crashes', around.crashes.length)
  add('crashes with active runs', around.crashes.filter((active) => active > 0).length)
  add('crashes with several active runs', around.crashes.filter((active) => active > 1).length)
  add('ended COMPLETED', end?.status === 'COMPLETED')
  add('ended FAILED', end?.status === 'FAILED')
  add('ended CANCELLED', end?.status === 'CANCELLED')
  add('budget exceeded', end?.reason?.code === 'BUDGET_EXCEEDED')
  add('executions retried', around.isRetried)
  add('several blocks ran concurrently', around.mostRunning > 1)
  add('the concurrency limit was reached', around.hasQueueWaited)
  add('a run of a serial block waited for another', around.hasSerialWaited)
  add(
    'a node of a cycle ran',
    plan.nodes.some((node) => ran.has(node) && isInCycle(node, ran)),
  )
  add('static links used', met.filter(({ isStatic }) => isStatic).length)
  add('links with a path at the source', met.filter(({ steps }) => steps.length > 0).length)
  add('links with a path at the sink', met.filter(({ sink, sinkPin }) => sink.dynamicPins.has(sinkPin)).length)
  add('several links into one pin', new Set(met.map(({ sink, sinkPin }) => `${sink.id}.${sinkPin}`)).size < met.length)
  add('tool pins', events.filter((event) => event.type === 'NodeOutput' && isToolPin(event.pin)).length)
  countSleeps(simulation, around, add)
  add('attempts repeated', events.filter(({ type }) => type === 'NodeRetried').length)
  const failed = executions.filter(({ status }) => status === 'FAILED')
  add('node executions failed', failed.length)
  add('failures handled by a link', failed.filter(({ node }) => node.links.has('error')).length)
  add(
    'executions completed with an unhandled failure',
    failed.some(({ node }) => !node.links.has('error')) && end?.status === 'COMPLETED',
  )
  add('node executions with invalid inputs', failed.filter(({ error }) => error?.code === 'BLOCK_INPUT_INVALID').length)
  add('node executions left INCOMPLETE', executions.filter(({ status }) => status === 'INCOMPLETE').length)
  add('graph outputs', events.filter(({ type }) => type === 'GraphOutput').length)
  add(
    'ran on masked inputs',
    Object.entries(options.masks ?? {}).some(([id]) =>
      executions.some(({ node, status }) => node.id === id && status !== 'INCOMPLETE'),
    ),
  )
  add(
    'ran on inputs of the execution',
    executions.some(
      ({ node: { block, constants } }) => block.kind === 'input' && Object.hasOwn(options.inputs ?? {}, String(constants.name)),
    ),
  )
}

function countSleeps(
  { events, scheduler, end }: Simulation,
  around: Around,
  add: (name: string, count: number | boolean) => void,
): void {
  const executions = scheduler.nodeExecutions()
  add('sleeps', events.filter(({ type }) => type === 'NodeWaiting').length)
  add(
    'node executions of serial blocks that slept',
    executions.filter(({ node, slept }) => slept > 0 && node.block.serial).length,
  )
  add('crashes while a run slept', around.asleep)
  add('a run of a serial block waited for a sleeping one', around.hasWaitedForSleeper)
  add('a run waited for a free slot after its sleep', around.hasAwakeWaited)
  add(
    'cancelled while a run slept',
    end?.status === 'CANCELLED' && executions.some((run) => run.status === 'CANCELLED' && sleptLast(run, events)),
  )
}

/** Whether a run slept when its execution ended. */
function sleptLast({ node, n }: NodeExecution, events: readonly ExecutionEvent[]): boolean {
  return events.findLast((event) => 'node' in event && event.node === node.id && event.n === n)?.type === 'NodeWaiting'
}

/** @param lives of an execution and of its retries */
export function countEffects(lives: readonly Lives[], counts: Counts): void {
  const add = (name: string, count: number): void => void (counts[name] = (counts[name] ?? 0) + count)
  add('executions', 1)
  add('retries', lives.length - 1)
  add(
    'crashes while a run slept',
    lives.reduce((sum, { asleep }) => sum + asleep, 0),
  )
  for (const { crashes, lost, late, refused, events, effects, interrupted, scheduler } of lives) {
    const executions = scheduler.nodeExecutions()
    add('cancelled', scheduler.status === 'CANCELLED' ? 1 : 0)
    add('crashes', crashes)
    add('events lost', lost)
    add('sleeps', events.filter(({ type }) => type === 'NodeWaiting').length)
    add(
      'effectful node executions that slept',
      scheduler.nodeExecutions().filter(({ node, slept }) => slept > 0 && node.block.effectful).length,
    )
    add(
      'effects started',
      [...effects.values()].reduce((sum, { length }) => sum + length, 0),
    )
    add('effects started by a worker after it had lost its lease', late)
    add('events of stale leases that were rejected', refused)
    add('effects marked', events.filter(({ type }) => type === 'EffectStarted').length)
    add(
      'effectful node executions that only read',
      executions.filter(({ node, status }) => status === 'COMPLETED' && isReader(node)).length,
    )
    add('effects started again', [...effects.values()].filter(({ length }) => length > 1).length)
    add('effects interrupted', interrupted.size)
    add('node executions ended EFFECT_INTERRUPTED', executions.filter(({ error }) => error?.code === 'EFFECT_INTERRUPTED').length)
    add(
      'effectful node executions completed',
      executions.filter(({ node, status }) => node.block.effectful && status === 'COMPLETED').length,
    )
  }
}

/** Returns the cases that occurred less often than `atLeast`: a property that never meets its case proves nothing. */
export function findRareCases(counts: Counts, atLeast: number): string[] {
  return Object.entries(counts).flatMap(([name, count]) => (count < atLeast ? [`${name}: ${count}`] : []))
}

function isReader({ block, constants }: PlanNode): boolean {
  return block.effectful && (constants.script as Script).acts === undefined
}

/** Whether a node that ran leads back to itself through nodes that ran. */
function isInCycle(node: PlanNode, ran: ReadonlySet<PlanNode>): boolean {
  const seen = new Set<PlanNode>()
  const left = [node]
  for (let from = left.pop(); from; from = left.pop())
    for (const { sink } of [...from.links.values()].flat()) {
      if (sink === node) return true
      if (!ran.has(sink) || seen.has(sink)) continue
      seen.add(sink)
      left.push(sink)
    }
  return false
}
