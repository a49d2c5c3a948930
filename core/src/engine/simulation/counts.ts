import type { ExecutionEvent } from '../events.ts'
import type { NodeExecution } from '../pairing.ts'
import type { PlanNode } from '../plan.ts'
import type { Lives } from './crashes.ts'
import type { Script } from './blocks.ts'
import type { Whole } from './properties.ts'
import type { Simulation } from './worker.ts'
import type { Sights } from './watch.ts'

/** How often something was met, by its name. */
export type Counts = Record<string, number>

/** What happened around an execution. */
interface Around extends Sights {
  /** Runs in hand at each crash. */
  crashes: number[]
  isRetried: boolean
  /** Crashes at which something slept. */
  asleep: number
}

export function countWhole({ plan, simulation, options }: Whole, around: Around, counts: Counts): void {
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
  add('crashes with runs in hand', around.crashes.filter((inHand) => inHand > 0).length)
  add('crashes with several runs in hand', around.crashes.filter((inHand) => inHand > 1).length)
  add('ended COMPLETED', end?.status === 'COMPLETED')
  add('ended FAILED', end?.status === 'FAILED')
  add('ended CANCELLED', end?.status === 'CANCELLED')
  add('budget passed', end?.reason?.code === 'BUDGET_EXCEEDED')
  add('retried after its end', around.isRetried)
  add('several ran at once', around.mostRunning > 1)
  add('as many ran as may', around.hasQueueWaited)
  add('a serial block waited for itself', around.hasSerialWaited)
  add(
    'node ran in a cycle',
    plan.nodes.some((node) => ran.has(node) && isInCycle(node, ran)),
  )
  add('static links that met their sink', met.filter(({ isStatic }) => isStatic).length)
  add('selected by a dynamic pin', met.filter(({ steps }) => steps.length > 0).length)
  add('put into a dynamic pin', met.filter(({ sink, sinkPin }) => sink.dynamicPins.has(sinkPin)).length)
  add('several links into one pin', new Set(met.map(({ sink, sinkPin }) => `${sink.id}.${sinkPin}`)).size < met.length)
  add('tool pins', events.filter((event) => event.type === 'NodeOutput' && event.pin.startsWith('tools_')).length)
  countSleeps(simulation, around, add)
  add('attempts repeated', events.filter(({ type }) => type === 'NodeRetried').length)
  const failed = executions.filter(({ status }) => status === 'FAILED')
  add('node executions failed', failed.length)
  add('failures handled by a link', failed.filter(({ node }) => node.links.has('error')).length)
  add(
    'failures that nothing handled, and it went on',
    failed.some(({ node }) => !node.links.has('error')) && end?.status === 'COMPLETED',
  )
  add('inputs that are not valid', failed.filter(({ error }) => error?.code === 'BLOCK_INPUT_INVALID').length)
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
  add('crashes while something slept', around.asleep)
  add('a serial block waited for one that slept', around.hasWaitedForSleeper)
  add('one whose sleep was over waited for room', around.hasAwakeWaited)
  add(
    'cancelled asleep',
    end?.status === 'CANCELLED' && executions.some((run) => run.status === 'CANCELLED' && sleptLast(run, events)),
  )
}

/** Whether a run was in a sleep when its execution ended. */
function sleptLast({ node, n }: NodeExecution, events: readonly ExecutionEvent[]): boolean {
  return events.findLast((event) => 'node' in event && event.node === node.id && event.n === n)?.type === 'NodeWaiting'
}

/** @param lives of an execution, and of those that retried it */
export function countEffects(lives: readonly Lives[], counts: Counts): void {
  const add = (name: string, count: number): void => void (counts[name] = (counts[name] ?? 0) + count)
  add('executions', 1)
  add('retries', lives.length - 1)
  add(
    'crashes while something slept',
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
      'effects begun',
      [...effects.values()].reduce((sum, { length }) => sum + length, 0),
    )
    add('effects begun by a worker that was taken over', late)
    add('events of a claim without its lease that were not written', refused)
    add('effects marked', events.filter(({ type }) => type === 'EffectStarted').length)
    add(
      'effectful node executions that only read',
      executions.filter(({ node, status }) => status === 'COMPLETED' && isReader(node)).length,
    )
    add('effects begun again', [...effects.values()].filter(({ length }) => length > 1).length)
    add('effects cut off', interrupted.size)
    add('node executions ended EFFECT_INTERRUPTED', executions.filter(({ error }) => error?.code === 'EFFECT_INTERRUPTED').length)
    add(
      'effectful node executions completed',
      executions.filter(({ node, status }) => node.block.effectful && status === 'COMPLETED').length,
    )
  }
}

/** What was met less often than that: a property that never meets its case proves nothing. */
export function rarelyMet(counts: Counts, atLeast: number): string[] {
  return Object.entries(counts).flatMap(([name, count]) => (count < atLeast ? [`${name}: ${count}`] : []))
}

function isReader({ block, constants }: PlanNode): boolean {
  return block.effectful && (constants.script as Script).acts === undefined
}

/** Whether a node that ran leads back to itself over nodes that ran. */
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
