import type { ExecutionEvent, JournalEvent } from '../events.ts'
import { fold } from '../fold.ts'
import type { Plan } from '../plan.ts'
import type { Scheduler } from '../scheduler.ts'
import { scripted } from './blocks.ts'
import { claim } from './model.ts'
import { isHeard, Simulator, type Simulation, type SimulationOptions } from './worker.ts'

/** What a worker that takes over reads: the same events, through JSON. */
export function afterCrash(events: readonly ExecutionEvent[]): ExecutionEvent[] {
  return JSON.parse(JSON.stringify(events)) as ExecutionEvent[]
}

export function journalOf(events: readonly ExecutionEvent[]): JournalEvent[] {
  return events.map((event, i) => ({ ...event, seq: i + 1, at: 0 }))
}

/** What the scheduler has heard, in order. */
export function traceOf(events: readonly (ExecutionEvent & Partial<JournalEvent>)[]): string {
  return JSON.stringify(events.filter(isHeard).map(({ seq: _, at: __, ...event }) => event))
}

/** All that can be seen of a scheduler. */
export function stateOf(scheduler: Scheduler): string {
  const { status, outputs, failedNodes } = scheduler
  const executions = scheduler.nodeExecutions().map(({ node, values, error, ...run }) => {
    return [
      node.id,
      run.n,
      run.attempt,
      run.status,
      run.outputs,
      run.slept,
      run.asleep,
      node.linkedPins.map((pin) => [values.has(pin), values.get(pin)]),
      error,
    ]
  })
  return JSON.stringify({ status, outputs, failedNodes, executions })
}

/** The journal tells of each value that arrived at an output of the graph, once and in order: subscribers and parents live on that. */
export function claimOutputsTold(events: readonly ExecutionEvent[], { outputs }: Scheduler): void {
  const told: Record<string, unknown[]> = {}
  for (const event of events) if (event.type === 'GraphOutput') (told[event.name] ??= []).push(event.value)
  const kept = Object.entries(outputs).every(([name, values]) => JSON.stringify(values) === JSON.stringify(told[name]))
  const isSame = kept && Object.keys(told).length === Object.keys(outputs).length
  claim(isSame, () => `the journal tells the outputs ${JSON.stringify(told)}, the end ${JSON.stringify(outputs)}`)
}

/** An uncrashed worker can go the same way step by step, and comes to the same state. */
export function claimUncrashed(
  plan: Plan,
  options: SimulationOptions,
  { events, scheduler }: Pick<Simulation, 'events' | 'scheduler'>,
): void {
  if (events[0]?.type !== 'ExecutionStarted') return // cancelled before its start
  const { inputs = {}, masks = {} } = options
  const worker = new Simulator(plan, scripted, { inputs, masks })
  for (const event of events) {
    if (!isHeard(event) || event.type === 'ExecutionStarted') continue
    if (event.type !== 'ExecutionFinished') proceedTo(worker, event)
    else if (event.status === 'CANCELLED') worker.cancel()
  }
  claim(stateOf(worker.scheduler) === stateOf(scheduler), () => 'without the crash the same events lead elsewhere')
}

function proceedTo(worker: Simulator, event: ExecutionEvent): void {
  const text = JSON.stringify(event)
  for (let i = 0; i < worker.choices(); i++)
    if (isLike(worker.peek(i), event) && JSON.stringify(worker.peek(i)) === text) return worker.proceed(i)
  claim(false, () => `without the crash this could not have happened: ${text}`)
}

function isLike(one: ExecutionEvent, other: ExecutionEvent): boolean {
  return one.type === other.type && 'node' in one && 'node' in other && one.node === other.node && one.n === other.n
}

/** Nothing that had completed by the end of a journal is run in the simulation that goes on from there. */
export function claimNoneAgain(plan: Plan, events: readonly ExecutionEvent[], { runs }: Simulation): void {
  const again = new Set(runs.map(([run]) => run))
  for (const { node, n, status } of fold(plan, events).scheduler.nodeExecutions())
    claim(status !== 'COMPLETED' || !again.has(`${node.id}.${n}`), () => `${node.id}.${n} had completed and was run again`)
}

/** Ended by a failure that can be mended, or by its owner. */
export function isRetryable(end: Simulation['end']): boolean {
  if (end?.status === 'CANCELLED') return true
  return end?.status === 'FAILED' && end.reason?.code !== 'BUDGET_EXCEEDED' && end.reason?.code !== 'BLOCK_INPUT_INVALID'
}
