import type { ExecutionStatus, Reason } from './status.ts'
import type { InputMasks } from './node-inputs.ts'
import type { ModelUsage } from './usage/index.ts'
import type { NodeError } from './decisions.ts'

/** An event of an execution, before it has a place in the journal. `node` and `n` identify a node execution. */
export type ExecutionEvent =
  | { type: 'ExecutionStarted'; inputs: Record<string, unknown>; masks?: InputMasks }
  /**
   * `marksEffects`: the block can have external effects, and an EffectStarted event precedes them. Without it, effects
   * may follow this event.
   */
  | { type: 'NodeStarted'; node: string; n: number; attempt: number; marksEffects?: true }
  /** After this event, the block may have had an external effect that must not be repeated automatically. */
  | { type: 'EffectStarted'; node: string; n: number; attempt: number }
  /** `k`: the iteration of the value, if it differs from the number of earlier values of the pin. */
  | { type: 'NodeOutput'; node: string; n: number; pin: string; value: unknown; k?: number }
  | { type: 'NodeLog'; node: string; n: number; level: string; text: string }
  /** The progress that the block reports, 0 to 1. */
  | { type: 'NodeProgress'; node: string; n: number; fraction: number; note?: string }
  /** What requests to a paid service have consumed. */
  | ({ type: 'NodeUsage'; node: string; n: number } & ModelUsage)
  /** `retryInMs`: the attempt failed, and another attempt follows after this delay. */
  | { type: 'NodeFinished'; node: string; n: number; attempt: number; error?: NodeError; retryInMs?: number }
  /** A value has arrived at an output of the graph. */
  | { type: 'GraphOutput'; name: string; value: unknown }
  /** Written by a replay: this node execution runs on these inputs. */
  | { type: 'NodeOverridden'; node: string; n: number; inputs: Record<string, unknown> }
  /**
   * The block sleeps until `until`, in milliseconds since 1970. Its call has ended; after the sleep, the block runs
   * again from its beginning.
   */
  | { type: 'NodeWaiting'; node: string; n: number; sleep: number; until: number }
  /** The sleep has ended. */
  | { type: 'NodeResumed'; node: string; n: number }
  /** The next attempt is due. */
  | { type: 'NodeRetried'; node: string; n: number; attempt: number }
  | {
      type: 'ExecutionFinished'
      status: ExecutionStatus
      outputs: Record<string, unknown[]>
      /**
       * For outputs with values from inside of a loop, the rank of the iteration of each value. Absent if each of these
       * outputs has one value for each iteration.
       */
      iterations?: Record<string, number[]>
      failedNodes: string[]
      reason?: Reason
    }

/** An event in the journal: `seq` is 1, 2, 3 … per execution, `at` milliseconds since 1970. */
export type JournalEvent = ExecutionEvent & { seq: number; at: number }
