import { AshlarError, showValue } from '../base/index.ts'
import type { ExecutionEvent } from './events.ts'
import type { NodeExecution } from './pairing/index.ts'
import type { Plan } from './plan/index.ts'
import type { Decision, SchedulerEvent } from './decisions.ts'
import type { SchedulerOptions } from './runs.ts'
import { Scheduler } from './scheduler.ts'

/** The state of an execution after the events of its journal. */
export interface Folded {
  scheduler: Scheduler
  /** Decisions without a result in the journal, which must be carried out (again) now. Nothing follows the end. */
  pending: Decision[]
  /**
   * Pending runs that have started an effect and must not be repeated automatically, because it is unknown whether the
   * effect has happened. They end with EFFECT_INTERRUPTED.
   */
  interrupted: ReadonlySet<NodeExecution>
}

/**
 * Restores the state of an execution by passing its events to the scheduler in order.
 *
 * @param options see {@link Scheduler}
 * @throws {AshlarError} JOURNAL_UNREADABLE when a newer version has written the journal
 */
export function fold(plan: Plan, events: Iterable<ExecutionEvent>, options?: SchedulerOptions): Folded {
  const folding = new Folding(plan, options)
  for (const event of events) folding.add(event)
  return folding.end()
}

/** A fold that receives the events of a journal one by one, so that a long journal does not have to be in memory. */
export class Folding {
  readonly #scheduler: Scheduler
  readonly #pending = new Map<NodeExecution, Decision>()
  /** The attempts that may have had an effect. */
  readonly #effectAttempts = new Map<NodeExecution, number>()
  /**
   * Graph outputs that have arrived and are not recorded in the journal yet, because a crash may have come in between.
   */
  readonly #unreported: Decision[] = []
  #end: Decision | undefined

  /** @param options see {@link Scheduler} */
  constructor(plan: Plan, options: SchedulerOptions = {}) {
    this.#scheduler = new Scheduler(plan, options)
  }

  /** Adds the next event. @throws {AshlarError} JOURNAL_UNREADABLE when a newer version has written it */
  add(event: ExecutionEvent & { seq?: number }): void {
    const input = toSchedulerEvent(event)
    if (event.type === 'EffectStarted' || (event.type === 'NodeStarted' && !event.marksEffects)) {
      const run = this.#scheduler.nodeExecution(event.node, event.n)
      if (run?.node.block.effectful) this.#effectAttempts.set(run, event.attempt)
    }
    if (event.type === 'GraphOutput') this.#unreported.shift()
    if (!input) return
    if (input.type === 'finish' || input.type === 'retry' || input.type === 'wait' || input.type === 'resume') {
      const run = this.#scheduler.nodeExecution(input.node, input.n)
      if (run) this.#pending.delete(run)
      if (run && input.type === 'finish') this.#effectAttempts.delete(run)
    }
    for (const decision of this.#scheduler.step(input, event.seq)) {
      if (decision.type === 'end') this.#end = decision
      else if (decision.type === 'graph-output') this.#unreported.push(decision)
      else if (decision.type === 'run' || decision.type === 'retry' || decision.type === 'wait')
        this.#pending.set(decision.run, decision)
    }
  }

  end(): Folded {
    const scheduler = this.#scheduler
    if (this.#end) return { scheduler, pending: [...this.#unreported, this.#end], interrupted: new Set() }
    const runs = [...this.#pending.keys()]
    const interrupted = new Set(runs.filter((run) => isInterrupted(run, this.#effectAttempts.get(run))))
    // Interrupted runs come first: if they end the execution, nothing else is started in vain.
    const first = [...interrupted].flatMap((run) => this.#pending.get(run) ?? [])
    const others = [...this.#pending].flatMap(([run, decision]) => (interrupted.has(run) ? [] : decision))
    return { scheduler, pending: [...this.#unreported, ...first, ...others], interrupted }
  }
}

function isInterrupted({ node: { block }, status, attempt }: NodeExecution, actedAttempt: number | undefined): boolean {
  return block.effectful && block.onCrash !== 'retry' && status === 'RUNNING' && actedAttempt === attempt
}

/** Converts an event to its scheduler event. Returns undefined for events that follow from other events. */
export function toSchedulerEvent(event: ExecutionEvent): SchedulerEvent | undefined {
  switch (event.type) {
    case 'ExecutionStarted':
      return { type: 'start', inputs: event.inputs, ...(event.masks && { masks: event.masks }) }
    case 'NodeOutput': {
      const { node, n, pin, value, k } = event
      return { type: 'output', node, n, pin, value, ...(k !== undefined && { k }) }
    }
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
    case 'NodeUsage':
    case 'GraphOutput':
      return undefined
    default:
      throw new AshlarError(
        'JOURNAL_UNREADABLE',
        `an event of the journal has the type ${showValue((event as { type: unknown }).type)}, which this version does not support`,
      )
  }
}
