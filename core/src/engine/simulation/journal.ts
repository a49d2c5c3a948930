import type { ExecutionEvent, JournalEvent } from '../events.ts'
import { fold } from '../fold.ts'
import type { Plan } from '../plan/index.ts'
import type { Scheduler } from '../scheduler.ts'
import { scripted } from './blocks.ts'
import { assert } from './model.ts'
import { isSchedulerInput, Simulator, type Simulation, type SimulationOptions } from './worker.ts'

/** The events as the next worker reads them, through JSON. */
export function afterCrash(events: readonly ExecutionEvent[]): ExecutionEvent[] {
  return JSON.parse(JSON.stringify(events)) as ExecutionEvent[]
}

export function toJournal(events: readonly ExecutionEvent[]): JournalEvent[] {
  return events.map((event, i) => ({ ...event, seq: i + 1, at: 0 }))
}

/** The events that are inputs of the scheduler, in order. */
export function toTrace(events: readonly (ExecutionEvent & Partial<JournalEvent>)[]): string {
  return JSON.stringify(events.filter(isSchedulerInput).map(({ seq: _, at: __, ...event }) => event))
}

/** The observable state of a scheduler. */
export function toState(scheduler: Scheduler): string {
  const { status, outputs, failedNodes } = scheduler
  const executions = scheduler.nodeExecutions().map(({ node, values, error, ...run }) => {
    return [
      node.id,
      run.n,
      run.attempt,
      run.status,
      run.outputs,
      run.slept,
      run.currentSleep,
      node.linkedPins.map((pin) => [values.has(pin), values.get(pin)]),
      error,
    ]
  })
  return JSON.stringify({ status, outputs, failedNodes, executions })
}

/**
 * The journal contains each value that arrived at an output of the graph, once and in order. Subscribers and parents
 * depend on that.
 */
export function assertOutputsRecorded(events: readonly ExecutionEvent[], { outputs }: Scheduler): void {
  const recorded: Record<string, unknown[]> = {}
  for (const event of events) if (event.type === 'GraphOutput') (recorded[event.name] ??= []).push(event.value)
  const kept = Object.entries(outputs).every(([name, values]) => JSON.stringify(values) === JSON.stringify(recorded[name]))
  const isSame = kept && Object.keys(recorded).length === Object.keys(outputs).length
  assert(isSame, () => `the journal contains the outputs ${JSON.stringify(recorded)}, the end ${JSON.stringify(outputs)}`)
}

/** A worker without crashes can go through the same events step by step, and reaches the same state. */
export function assertUncrashed(
  plan: Plan,
  options: SimulationOptions,
  { events, scheduler }: Pick<Simulation, 'events' | 'scheduler'>,
): void {
  if (events[0]?.type !== 'ExecutionStarted') return // cancelled before it started
  const { inputs = {}, masks = {} } = options
  const worker = new Simulator(plan, scripted, { inputs, masks })
  for (const event of events) {
    if (!isSchedulerInput(event) || event.type === 'ExecutionStarted') continue
    if (event.type !== 'ExecutionFinished') proceedTo(worker, event)
    else if (event.status === 'CANCELLED') worker.cancel()
  }
  assert(toState(worker.scheduler) === toState(scheduler), () => 'without the crash, the same events lead to a different state')
}

function proceedTo(worker: Simulator, event: ExecutionEvent): void {
  const text = JSON.stringify(event)
  for (let i = 0; i < worker.choices(); i++)
    if (isLike(worker.peek(i), event) && JSON.stringify(worker.peek(i)) === text) return worker.proceed(i)
  assert(false, () => `without the crash, this event is impossible: ${text}`)
}

function isLike(one: ExecutionEvent, other: ExecutionEvent): boolean {
  return one.type === other.type && 'node' in one && 'node' in other && one.node === other.node && one.n === other.n
}

/** No run that had completed by the end of a journal is repeated in the simulation that continues from it. */
export function assertNoneRepeated(plan: Plan, events: readonly ExecutionEvent[], { runs }: Simulation): void {
  const again = new Set(runs.map(([run]) => run))
  for (const { node, n, status } of fold(plan, events).scheduler.nodeExecutions())
    assert(status !== 'COMPLETED' || !again.has(`${node.id}.${n}`), () => `${node.id}.${n} had completed but ran again`)
}

/** Whether the execution ended by a failure that can be repaired or by a cancellation. */
export function isRetryable(end: Simulation['end']): boolean {
  if (end?.status === 'CANCELLED') return true
  return end?.status === 'FAILED' && end.reason?.code !== 'BUDGET_EXCEEDED' && end.reason?.code !== 'BLOCK_INPUT_INVALID'
}
