import {
  addUsage,
  type JournalEvent,
  type ModelUsage,
  type NodeExecution,
  type Plan,
  Scheduler,
  toSchedulerEvent,
} from '../../../engine/index.ts'
import { type PinStep, selectValue } from '../../../pins/index.ts'
import type { ProgressReport } from '../../../runtime/driver/index.ts'

/**
 * A value of an event, or a part of it. The value itself is present only while the scheduler handles the event. A
 * projection therefore holds no values, whatever their size.
 */
export class ValueRef {
  readonly seq: number
  readonly steps: readonly PinStep[]
  value: unknown

  constructor(seq: number, steps: readonly PinStep[], value: unknown) {
    this.seq = seq
    this.steps = steps
    this.value = value
  }
}

/** The outputs of a node execution that its view contains. */
const MAX_OUTPUTS = 1000

/** What the journal records about a node execution besides the state of the scheduler. */
export interface Facts {
  /** The first {@link MAX_OUTPUTS}. */
  outputs: { pin: string; seq: number }[]
  outputCount: number
  progress: ProgressReport | undefined
  /** By provider and model. */
  usage: Map<string, ModelUsage> | undefined
  startedAt: Date | undefined
  finishedAt: Date | undefined
  /** The event that overrides its inputs. */
  overrideSeq: number | undefined
  /** The `seq` of its first and last events. */
  firstSeq: number
  lastSeq: number
  /** Its index among the node executions that have started, in the order of their start. */
  startIndex: number | undefined
}

/**
 * Estimates of the memory that an event and the delivery of a value use. 20 000 events use 4.5 MB. A loop over 100 000
 * items with three nodes and a collect node has 300 002 node executions and uses 400 MB.
 */
const EVENT_BYTES = 100
const DELIVERY_BYTES = { FIFO: 500, TAGGED: 900 }

/**
 * The node executions of one execution, as its journal up to `seq` describes them: the state of the scheduler, which
 * holds references to events instead of values.
 */
export class Projection {
  readonly plan: Plan
  readonly scheduler: Scheduler
  /** Node executions in the order of their start. */
  readonly started: NodeExecution[] = []
  /** The last event that it includes. */
  seq = 0
  /** The event that contains the inputs of the execution, and the nodes of which it overrides inputs. */
  start: { seq: number; maskedNodes: ReadonlySet<string> } | undefined
  /** An estimate. */
  bytes: number
  readonly #facts = new Map<NodeExecution, Facts>()
  readonly #deliveryBytes: number

  constructor(plan: Plan) {
    this.plan = plan
    this.scheduler = new Scheduler(plan, { select: selectRef })
    this.#deliveryBytes = DELIVERY_BYTES[plan.pairing]
    this.bytes = this.#deliveryBytes * (plan.nodes.length + 1)
  }

  factsOf(run: NodeExecution): Readonly<Facts> | undefined {
    return this.#facts.get(run)
  }

  /** Whether the projection needs a large value of the event, because a link passes on a part of it. */
  needsValue(event: JournalEvent): boolean {
    return passesPart(this.plan, event)
  }

  /** Adds the next event. @throws {AshlarError} JOURNAL_UNREADABLE */
  add(event: JournalEvent): void {
    this.seq = event.seq
    this.bytes += EVENT_BYTES
    if (event.type === 'ExecutionStarted') this.start = { seq: event.seq, maskedNodes: new Set(Object.keys(event.masks ?? {})) }
    this.#count(event)
    const ref = event.type === 'NodeOutput' && event.value !== undefined ? new ValueRef(event.seq, [], event.value) : undefined
    stepWithRef(this.scheduler, event, ref)
    if ('node' in event) this.#record(event)
  }

  #count(event: JournalEvent): void {
    const { plan } = this
    if (event.type === 'NodeOutput')
      this.bytes += this.#deliveryBytes * (plan.byId.get(event.node)?.links.get(event.pin)?.length ?? 0)
    else if (event.type === 'ExecutionStarted') this.bytes += this.#deliveryBytes * plan.nodes.length
  }

  #record(event: Extract<JournalEvent, { node: string }>): void {
    const run = this.scheduler.nodeExecution(event.node, event.n)
    if (!run) return
    const facts = this.#facts.get(run) ?? { ...NO_FACTS, outputs: [], firstSeq: event.seq }
    this.#facts.set(run, facts)
    facts.lastSeq = event.seq
    if (event.type === 'NodeStarted' && !facts.startedAt) {
      facts.startedAt = new Date(event.at)
      facts.startIndex = this.started.push(run) - 1
    } else if (event.type === 'NodeOutput') {
      if (facts.outputCount++ < MAX_OUTPUTS) facts.outputs.push({ pin: event.pin, seq: event.seq })
    } else if (event.type === 'NodeProgress') facts.progress = { fraction: event.fraction, note: event.note ?? '' }
    else if (event.type === 'NodeUsage') addUsage((facts.usage ??= new Map()), event)
    else if (event.type === 'NodeOverridden') facts.overrideSeq = event.seq
    else if (event.type === 'NodeFinished') {
      facts.finishedAt = new Date(event.at)
      this.bytes += 2 * ((event.error?.message.length ?? 0) + (event.error?.stack?.length ?? 0))
    }
  }
}

const NO_FACTS: Omit<Facts, 'outputs' | 'firstSeq'> = {
  outputCount: 0,
  progress: undefined,
  usage: undefined,
  startedAt: undefined,
  finishedAt: undefined,
  overrideSeq: undefined,
  lastSeq: 0,
  startIndex: undefined,
}

/** Whether the event is an output of which a link passes on a part, so that its value is needed. */
export function passesPart(plan: Plan, event: JournalEvent): boolean {
  if (event.type !== 'NodeOutput') return false
  const links = plan.byId.get(event.node)?.links.get(event.pin)
  return links?.some(({ steps }) => steps.length > 0) ?? false
}

/**
 * Passes an event to a scheduler that holds references instead of values, and selects with {@link selectRef}.
 *
 * @throws {AshlarError} JOURNAL_UNREADABLE
 */
export function stepWithRef(scheduler: Scheduler, event: JournalEvent, ref: ValueRef | undefined): void {
  const input = toSchedulerEvent(event)
  if (!input) return
  if (input.type === 'output') scheduler.step({ ...input, value: ref })
  else if (input.type === 'start') scheduler.step({ type: 'start', inputs: {} })
  else if (input.type === 'override') scheduler.step({ ...input, inputs: {} })
  else scheduler.step(input)
  if (ref) ref.value = undefined
}

/** Selects a part of a value that a reference or, for the message of an error, the scheduler itself provides. */
export function selectRef(value: unknown, steps: readonly PinStep[]): unknown {
  if (!(value instanceof ValueRef)) return selectValue(value, steps)
  const selected = selectValue(value.value, steps)
  return selected === undefined ? undefined : new ValueRef(value.seq, steps, undefined)
}
