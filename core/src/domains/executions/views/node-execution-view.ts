import {
  formatTag,
  isFinal,
  missingPins,
  type ModelUsage,
  type NodeExecution,
  type NodeExecutionStatus,
  type NodeFailure,
  resolveInputs,
} from '../../../engine/index.ts'
import { selectValue } from '../../../pins/index.ts'
import type { ProgressReport } from '../../../runtime/driver/index.ts'
import type { StoredEvent } from '../../../runtime/journal/index.ts'
import { type Projection, ValueRef } from './projection.ts'

/** A node execution as the API shows it. */
export interface NodeExecutionView {
  executionId: string
  nodeId: string
  /** 1, 2, 3 … per node. */
  number: number
  status: NodeExecutionStatus
  /** The iteration of a loop to which it belongs: `rows.1[42]/cells.43[0]`. Empty outside of loops. */
  tag: string
  /** The innermost iteration. Undefined outside of loops. */
  iteration: IterationView | undefined
  attempt: number
  /** 1, 2, 3 … in a node whose block runs in steps. */
  step: number | undefined
  /** Its inputs; undefined while pins lack a value. Of a list that a pin has gathered, the first 1000 items. */
  inputs: Record<string, unknown> | undefined
  /** The first 1000. The others are events of the type NodeOutput. */
  outputs: { pin: string; value: unknown }[]
  outputCount: number
  /** The linked pins without a value if the node execution is INCOMPLETE. */
  missingPins: string[]
  /** Those of its missing pins that no value can reach any more. Empty until the execution has ended. */
  deadPins: string[]
  error: NodeFailure | undefined
  /** The end of its sleep while it is WAITING. */
  waitingUntil: Date | undefined
  /** The last progress report. */
  progress: ProgressReport | undefined
  /** What it has consumed of paid services, for each model. */
  usage: ModelUsage[]
  startedAt: Date | undefined
  finishedAt: Date | undefined
}

/** An iteration of a loop. */
export interface IterationView {
  /** The node execution that produces the loop. Undefined if it is a turn of a cycle. */
  producer: { nodeId: string; number: number } | undefined
  /** 0, 1, 2 … */
  index: number
}

/** The items of a gathered list that a view contains. */
const MAX_ITEMS = 1000

/** The events that contain the values of node executions, by `seq`. */
export type ValueEvents = ReadonlyMap<number, StoredEvent>

/** The status that users see: a run is QUEUED until it has started, although the scheduler has decided to run it. */
export function viewStatus(projection: Projection, run: NodeExecution): NodeExecutionStatus {
  const { status } = run
  if ((status === 'RUNNING' || status === 'WAITING') && isFinal(projection.scheduler.status)) return 'CANCELLED'
  return status === 'RUNNING' && !projection.factsOf(run)?.startedAt ? 'QUEUED' : status
}

/** The events that contain the values of a node execution. */
export function valueSeqs(projection: Projection, run: NodeExecution): Set<number> {
  const { outputs = [], overrideSeq } = projection.factsOf(run) ?? {}
  const seqs = new Set(outputs.map(({ seq }) => seq))
  if (run.status === 'INCOMPLETE') return seqs
  for (const value of run.values.values())
    for (const each of Array.isArray(value) ? value.slice(0, MAX_ITEMS) : [value])
      if (each instanceof ValueRef) seqs.add(each.seq)
  if (overrideSeq !== undefined) seqs.add(overrideSeq)
  const { start } = projection
  if (start && (run.node.block.kind === 'input' || start.maskedNodes.has(run.node.id))) seqs.add(start.seq)
  return seqs
}

/** @param events those of {@link valueSeqs}. A value is left out if retention has removed its event. */
export function viewNodeExecution(
  executionId: string,
  projection: Projection,
  run: NodeExecution,
  events: ValueEvents,
): NodeExecutionView {
  const facts = projection.factsOf(run)
  const isIncomplete = run.status === 'INCOMPLETE'
  return {
    executionId,
    nodeId: run.node.id,
    number: run.n,
    status: viewStatus(projection, run),
    tag: formatTag(run.tag),
    iteration: viewIteration(run),
    attempt: run.attempt,
    step: run.step?.number,
    inputs: isIncomplete ? undefined : readInputs(projection, run, events),
    outputs: (facts?.outputs ?? []).map(({ pin, seq }) => ({ pin, value: readValue(new ValueRef(seq, [], undefined), events) })),
    outputCount: facts?.outputCount ?? 0,
    missingPins: isIncomplete ? missingPins(run) : [],
    deadPins: isIncomplete && isFinal(projection.scheduler.status) ? missingPins(run) : [],
    error: run.error,
    waitingUntil: run.currentSleep && new Date(run.currentSleep.until),
    progress: facts?.progress,
    usage: [...(facts?.usage?.values() ?? [])],
    startedAt: facts?.startedAt,
    finishedAt: facts?.finishedAt,
  }
}

function viewIteration({ tag: { scope, index } }: NodeExecution): IterationView | undefined {
  const producer = scope?.producer
  return scope && { producer: producer && { nodeId: producer.node.id, number: producer.n }, index }
}

function readInputs(projection: Projection, run: NodeExecution, events: ValueEvents): Record<string, unknown> | undefined {
  const start = events.get(projection.start?.seq ?? 0)?.event
  const given =
    start?.type === 'ExecutionStarted' ? { inputs: start.inputs, masks: start.masks ?? {} } : { inputs: {}, masks: {} }
  const overriding = events.get(projection.factsOf(run)?.overrideSeq ?? 0)?.event
  const override = overriding?.type === 'NodeOverridden' ? { override: overriding.inputs } : {}
  const values = new Map([...run.values].map(([pin, value]) => [pin, readValue(value, events)]))
  try {
    return resolveInputs({ node: run.node, values, collected: run.collected, call: run.call, ...override }, given)
  } catch {
    return undefined // the error of the run states the reason
  }
}

/** A list is one that a collect pin has gathered: the scheduler has no other values than references. */
function readValue(value: unknown, events: ValueEvents): unknown {
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((each) => readValue(each, events))
  if (!(value instanceof ValueRef)) return value
  const event = events.get(value.seq)?.event
  return event?.type === 'NodeOutput' ? selectValue(event.value, value.steps) : undefined
}
