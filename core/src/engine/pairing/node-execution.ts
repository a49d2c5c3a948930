import type { SourcePosition } from '../../blocks/index.ts'
import type { PlanNode } from '../plan/index.ts'
import type { Lineage } from './lineage.ts'
import type { Scope, Tag } from './tags.ts'

/** The reason why a run of a node failed. */
export interface NodeFailure {
  code: string
  message: string
  /** The position in the source of the plugin where the block threw the error. */
  position?: SourcePosition
  /** One line per stack frame of the plugin's code, innermost first. */
  stack?: string
}

/** One run of a node. It is created when its first value arrives, and ready when every linked pin has a value. */
export interface NodeExecution {
  node: PlanNode
  /** 1, 2, 3 … per node. */
  n: number
  attempt: number
  status: 'INCOMPLETE' | 'QUEUED' | 'RUNNING' | 'WAITING' | 'COMPLETED' | 'FAILED' | 'CANCELLED'
  /** Values that have arrived, by linked pin. */
  values: Map<string, unknown>
  /** The number of outputs delivered so far. */
  outputs: number
  /** The number of sleeps that have ended. They are skipped when the block runs again. */
  slept: number
  /** The current sleep while it is WAITING. */
  currentSleep: Sleep | undefined
  error?: NodeFailure
  /** Inputs that replace those that arrived. */
  override?: Record<string, unknown>
  /** The iteration to which it belongs; the root in a graph that pairs values in the order of arrival. */
  tag: Tag
  /** Which of several links of a pin it and the runs before it took. */
  lineage: Lineage
  /** The loop that it produces, and that of its tool calls. */
  loop: Scope | undefined
  tools: Scope | undefined
  /** Output pins that have a value and are not many. */
  yielded: Set<string> | undefined
  /** What the pin that is marked `loop` of a collect node receives. */
  collected: LoopReport | undefined
  /** Why it must not run. */
  refusal: NodeFailure | undefined
}

/** The loops that a collect node has closed. */
export interface LoopReport {
  iterations: number
  /** The number of iterations that have delivered nothing to a collect pin of the node. */
  dropped: number
  /** The message of the failure of a producer. */
  failure: string | null
}

/** A durable wait of a block. */
export interface Sleep {
  /** 1, 2, 3 … per node execution, in the order of the block's requests. */
  sleep: number
  /** The end of the sleep, in milliseconds since 1970 on the database clock. */
  until: number
}

/** Creates an incomplete run. */
export function createRun(node: PlanNode, n: number, tag: Tag, values: Map<string, unknown>, lineage?: Lineage): NodeExecution {
  return {
    node,
    n,
    attempt: 1,
    status: 'INCOMPLETE',
    values,
    outputs: 0,
    slept: 0,
    currentSleep: undefined,
    tag,
    lineage,
    loop: undefined,
    tools: undefined,
    yielded: undefined,
    collected: undefined,
    refusal: undefined,
  }
}

/** The linked pins that a node execution still lacks. */
export function missingPins({ node, values }: NodeExecution): string[] {
  return node.linkedPins.filter((pin) => !values.has(pin))
}

/** The producer of a loop has failed, so the lists that the run has received are not complete. */
export function findLostItems({ collected, node }: NodeExecution): NodeFailure | undefined {
  if (collected?.failure === null || collected === undefined) return undefined
  const message = `node "${node.id}" has collected only ${collected.iterations} iterations, because the producer of the loop failed: ${collected.failure}`
  return { code: 'LOOP_INCOMPLETE', message }
}
