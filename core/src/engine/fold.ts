import { AshlarError, showValue } from '../base/index.ts'
import type { ExecutionEvent } from './events.ts'
import type { NodeExecution } from './pairing.ts'
import type { Plan } from './plan.ts'
import { Scheduler, type Decision, type SchedulerEvent } from './scheduler.ts'

/** Where an execution stands after its journal so far. */
export interface Folded {
  scheduler: Scheduler
  /** What was decided and has no result in the journal: to be done, or done again, now. Includes nothing after the end. */
  pending: Decision[]
  /**
   * Of these, the ones that have begun an effect, have no result, and must not be run again unasked, because it is not known whether
   * the effect has happened. They end with EFFECT_INTERRUPTED.
   */
  interrupted: ReadonlySet<NodeExecution>
}

/**
 * Comes back to the state of an execution by giving the scheduler what happened, in order.
 *
 * @throws {AshlarError} JOURNAL_UNREADABLE when a newer version wrote it
 */
export function fold(plan: Plan, events: Iterable<ExecutionEvent>): Folded {
  const scheduler = new Scheduler(plan)
  const pending = new Map<NodeExecution, Decision>()
  /** The attempts that may have had an effect. */
  const acted = new Map<NodeExecution, number>()
  /** Outputs of the graph that have arrived and that the journal does not tell of yet: a crash may come between the two. */
  const untold: Decision[] = []
  let end: Decision | undefined
  for (const event of events) {
    const input = toSchedulerEvent(event)
    if (event.type === 'EffectStarted' || (event.type === 'NodeStarted' && !event.marksEffects)) {
      const run = scheduler.nodeExecution(event.node, event.n)
      if (run) acted.set(run, event.attempt)
    }
    if (event.type === 'GraphOutput') untold.shift()
    if (!input) continue
    if (input.type === 'finish' || input.type === 'retry' || input.type === 'wait' || input.type === 'resume') {
      const run = scheduler.nodeExecution(input.node, input.n)
      if (run) pending.delete(run)
    }
    for (const decision of scheduler.step(input)) {
      if (decision.type === 'end') end = decision
      else if (decision.type === 'graph-output') untold.push(decision)
      else if (decision.type === 'run' || decision.type === 'retry' || decision.type === 'wait')
        pending.set(decision.run, decision)
    }
  }
  if (end) return { scheduler, pending: [...untold, end], interrupted: new Set() }
  const interrupted = new Set([...pending.keys()].filter((run) => isInterrupted(run, acted.get(run))))
  // Those first: where they end the execution, nothing else is to be started in vain.
  const first = [...interrupted].flatMap((run) => pending.get(run) ?? [])
  const others = [...pending].flatMap(([run, decision]) => (interrupted.has(run) ? [] : decision))
  return { scheduler, pending: [...untold, ...first, ...others], interrupted }
}

function isInterrupted({ node: { block }, status, attempt }: NodeExecution, actedAttempt: number | undefined): boolean {
  return block.effectful && block.onCrash !== 'retry' && status === 'RUNNING' && actedAttempt === attempt
}

/** What the scheduler has to hear of an event; undefined for those that follow from others. */
function toSchedulerEvent(event: ExecutionEvent): SchedulerEvent | undefined {
  switch (event.type) {
    case 'ExecutionStarted':
      return { type: 'start', inputs: event.inputs, ...(event.masks && { masks: event.masks }) }
    case 'NodeOutput':
      return { type: 'output', node: event.node, n: event.n, pin: event.pin, value: event.value }
    case 'NodeFinished':
      return { type: 'finish', node: event.node, n: event.n, ...(event.error && { error: event.error }) }
    case 'NodeRetried':
      return { type: 'retry', node: event.node, n: event.n }
    case 'NodeWaiting':
      return { type: 'wait', node: event.node, n: event.n, sleep: event.sleep, until: event.until }
    case 'NodeResumed':
      return { type: 'resume', node: event.node, n: event.n }
    case 'ExecutionFinished':
      return event.status === 'CANCELLED' && event.reason ? { type: 'cancel', reason: event.reason } : undefined
    case 'NodeOverridden':
      return { type: 'override', node: event.node, n: event.n, inputs: event.inputs }
    case 'NodeStarted':
    case 'EffectStarted':
    case 'NodeLog':
    case 'NodeProgress':
    case 'GraphOutput':
      return undefined
    default:
      throw new AshlarError(
        'JOURNAL_UNREADABLE',
        `an event of the journal has the type ${showValue((event as { type: unknown }).type)}, which this version does not know`,
      )
  }
}
