import type { ExecutionStatus, Reason } from './status.ts'
import type { InputMasks, NodeError } from './scheduler.ts'

/** What has happened in an execution, before it has its place in the journal. `node` and `n` name a node execution. */
export type ExecutionEvent =
  | { type: 'ExecutionStarted'; inputs: Record<string, unknown>; masks?: InputMasks }
  /** `marksEffects`: the block can have external effects, and an EffectStarted precedes them. Without it, effects may follow this event. */
  | { type: 'NodeStarted'; node: string; n: number; attempt: number; marksEffects?: true }
  /** After this event, the block may have had an external effect that must not be repeated automatically. */
  | { type: 'EffectStarted'; node: string; n: number; attempt: number }
  | { type: 'NodeOutput'; node: string; n: number; pin: string; value: unknown }
  | { type: 'NodeLog'; node: string; n: number; level: string; text: string }
  /** How far the block says that it is, 0 to 1. */
  | { type: 'NodeProgress'; node: string; n: number; fraction: number; note?: string }
  /** `retryInMs`: the attempt failed and is to be repeated. */
  | { type: 'NodeFinished'; node: string; n: number; attempt: number; error?: NodeError; retryInMs?: number }
  /** A value has arrived at an output of the graph. */
  | { type: 'GraphOutput'; name: string; value: unknown }
  /** A replay: this node execution is to run on these inputs. */
  | { type: 'NodeOverridden'; node: string; n: number; inputs: Record<string, unknown> }
  /** The block sleeps until then, in milliseconds since 1970: nothing of it runs, and after that it is run again from its beginning. */
  | { type: 'NodeWaiting'; node: string; n: number; sleep: number; until: number }
  /** Its sleep is over. */
  | { type: 'NodeResumed'; node: string; n: number }
  /** A repetition has become due. */
  | { type: 'NodeRetried'; node: string; n: number; attempt: number }
  | {
      type: 'ExecutionFinished'
      status: ExecutionStatus
      outputs: Record<string, unknown[]>
      failedNodes: string[]
      reason?: Reason
    }

/** An event in the journal: `seq` is 1, 2, 3 … per execution, `at` milliseconds since 1970. */
export type JournalEvent = ExecutionEvent & { seq: number; at: number }
