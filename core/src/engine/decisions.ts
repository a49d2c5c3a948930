import type { InputMasks } from './node-inputs.ts'
import type { NodeExecution, NodeFailure } from './pairing/index.ts'
import type { ExecutionStatus, Reason } from './status.ts'

/** What happens in an execution. */
export type SchedulerEvent =
  | { type: 'start'; inputs: Record<string, unknown>; masks?: InputMasks }
  /** `k`: the iteration of the value, if it differs from the number of earlier values of the pin. */
  | { type: 'output'; node: string; n: number; pin: string; value: unknown; k?: number }
  | { type: 'finish'; node: string; n: number; error?: NodeError }
  /** The next attempt of a failed run is due. */
  | { type: 'retry'; node: string; n: number }
  /** The block sleeps, and its call has ended. */
  | { type: 'wait'; node: string; n: number; sleep: number; until: number }
  /** The sleep has ended. */
  | { type: 'resume'; node: string; n: number }
  /** A node execution that has not run yet runs on these inputs instead of its own. */
  | { type: 'override'; node: string; n: number; inputs: Record<string, unknown> }
  | { type: 'cancel'; reason: Reason }

export interface NodeError extends NodeFailure {
  /** Another attempt may succeed. */
  retryable?: boolean
  /** Repeat the run regardless of the node's retry policy, because a user has requested it. */
  again?: boolean
}

/** What the caller of the scheduler does next. */
export type Decision =
  /** Run the block now with `Scheduler.resolveInputs`. */
  | { type: 'run'; run: NodeExecution }
  /** Pass `retry` to the scheduler after the backoff of the node. */
  | { type: 'retry'; run: NodeExecution; error: NodeError }
  /** Pass `resume` to the scheduler when the sleep ends. */
  | { type: 'wait'; run: NodeExecution }
  /** A value has arrived at an output of the graph. */
  | { type: 'graph-output'; name: string; value: unknown }
  /** The loop of the run was full, see `Scheduler.canAccept`, and has room again. */
  | { type: 'accept'; run: NodeExecution }
  /** Stop the run, because its execution has ended. */
  | { type: 'abort'; run: NodeExecution }
  | {
      type: 'end'
      status: ExecutionStatus
      outputs: Record<string, unknown[]>
      /** See the event `ExecutionFinished`. */
      iterations?: Record<string, number[]>
      failedNodes: string[]
      reason?: Reason
    }
