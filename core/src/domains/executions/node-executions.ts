import {
  fold,
  isFinal,
  type JournalEvent,
  missingPins,
  type NodeExecution,
  type NodeExecutionStatus,
  type NodeFailure,
  type Plan,
  type Scheduler,
} from '../../engine/index.ts'
import type { ProgressReport } from '../../runtime/driver/index.ts'

/** A node execution as people see it. */
export interface NodeExecutionView {
  node: string
  /** 1, 2, 3 … per node. */
  n: number
  status: NodeExecutionStatus
  attempt: number
  /** What it ran on; undefined while it lacks pins. */
  inputs: Record<string, unknown> | undefined
  outputs: { pin: string; value: unknown }[]
  /** Linked pins without a value: why it is INCOMPLETE. */
  missingPins: string[]
  error: NodeFailure | undefined
  /** While it is WAITING: when its sleep is over. */
  waitingUntil: Date | undefined
  /** How far it last said that it was. */
  progress: ProgressReport | undefined
  startedAt: Date | undefined
  finishedAt: Date | undefined
}

/** Every node execution of an execution, read from its journal; in the order in which they were made, by node. */
export function viewNodeExecutions(plan: Plan, events: readonly JournalEvent[]): NodeExecutionView[] {
  const { scheduler } = fold(plan, events)
  const facts = gatherFacts(events)
  return scheduler.nodeExecutions().map((run) => {
    const own = facts.get(`${run.node.id}.${run.n}`)
    return {
      node: run.node.id,
      n: run.n,
      status: statusOf(run, own !== undefined, isFinal(scheduler.status)),
      attempt: run.attempt,
      inputs: run.status === 'INCOMPLETE' ? undefined : inputsOf(scheduler, run),
      outputs: own?.outputs ?? [],
      missingPins: run.status === 'INCOMPLETE' ? missingPins(run) : [],
      error: run.error,
      waitingUntil: run.asleep && new Date(run.asleep.until),
      progress: own?.progress,
      startedAt: own?.startedAt,
      finishedAt: own?.finishedAt,
    }
  })
}

interface Facts {
  outputs: { pin: string; value: unknown }[]
  progress: ProgressReport | undefined
  startedAt: Date | undefined
  finishedAt: Date | undefined
}

function gatherFacts(events: readonly JournalEvent[]): Map<string, Facts> {
  const facts = new Map<string, Facts>()
  for (const event of events) {
    if (!('node' in event)) continue
    const key = `${event.node}.${event.n}`
    const own = facts.get(key) ?? { outputs: [], progress: undefined, startedAt: undefined, finishedAt: undefined }
    facts.set(key, own)
    if (event.type === 'NodeStarted') own.startedAt ??= new Date(event.at)
    else if (event.type === 'NodeOutput') own.outputs.push({ pin: event.pin, value: event.value })
    else if (event.type === 'NodeProgress') own.progress = { fraction: event.fraction, note: event.note ?? '' }
    else if (event.type === 'NodeFinished') own.finishedAt = new Date(event.at)
  }
  return facts
}

/** The scheduler says RUNNING once it has decided to run; people say so once it has started. */
function statusOf({ status }: NodeExecution, hasStarted: boolean, hasEnded: boolean): NodeExecutionStatus {
  if ((status === 'RUNNING' || status === 'WAITING') && hasEnded) return 'CANCELLED'
  return status === 'RUNNING' && !hasStarted ? 'QUEUED' : status
}

function inputsOf(scheduler: Scheduler, run: NodeExecution): Record<string, unknown> | undefined {
  try {
    return scheduler.inputsOf(run)
  } catch {
    return undefined // its error says why
  }
}
