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

/** A node execution as the API shows it. */
export interface NodeExecutionView {
  node: string
  /** 1, 2, 3 … per node. */
  n: number
  status: NodeExecutionStatus
  attempt: number
  /** Its inputs; undefined while pins lack a value. */
  inputs: Record<string, unknown> | undefined
  outputs: { pin: string; value: unknown }[]
  /** The linked pins without a value if the node execution is INCOMPLETE. */
  missingPins: string[]
  error: NodeFailure | undefined
  /** The end of its sleep while it is WAITING. */
  waitingUntil: Date | undefined
  /** The last progress report. */
  progress: ProgressReport | undefined
  startedAt: Date | undefined
  finishedAt: Date | undefined
}

/** Reads all node executions of an execution from its journal, in the order of their creation, by node. */
export function viewNodeExecutions(plan: Plan, events: readonly JournalEvent[]): NodeExecutionView[] {
  const { scheduler } = fold(plan, events)
  const facts = gatherFacts(events)
  return scheduler.nodeExecutions().map((run) => {
    const own = facts.get(`${run.node.id}.${run.n}`)
    return {
      node: run.node.id,
      n: run.n,
      status: toStatus(run, own !== undefined, isFinal(scheduler.status)),
      attempt: run.attempt,
      inputs: run.status === 'INCOMPLETE' ? undefined : readInputs(scheduler, run),
      outputs: own?.outputs ?? [],
      missingPins: run.status === 'INCOMPLETE' ? missingPins(run) : [],
      error: run.error,
      waitingUntil: run.currentSleep && new Date(run.currentSleep.until),
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

/** A run is RUNNING in the scheduler once it is decided, but for users only once it has started. */
function toStatus({ status }: NodeExecution, hasStarted: boolean, hasEnded: boolean): NodeExecutionStatus {
  if ((status === 'RUNNING' || status === 'WAITING') && hasEnded) return 'CANCELLED'
  return status === 'RUNNING' && !hasStarted ? 'QUEUED' : status
}

function readInputs(scheduler: Scheduler, run: NodeExecution): Record<string, unknown> | undefined {
  try {
    return scheduler.resolveInputs(run)
  } catch {
    return undefined // the error of the run states the reason
  }
}
