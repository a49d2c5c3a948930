import type { SourcePosition } from '../catalogue/loading/index.ts'
import type { PlanNode } from './plan.ts'

/** Why a run of a node failed. */
export interface NodeFailure {
  code: string
  message: string
  /** Where the block threw it, in the source of its plugin. */
  position?: SourcePosition
  /** A line per frame of the plugin's code, the innermost first. */
  stack?: string
}

/** One run of a node: made when its first value arrives, ready when every linked pin has one. */
export interface NodeExecution {
  node: PlanNode
  /** 1, 2, 3 … per node. */
  n: number
  attempt: number
  status: 'INCOMPLETE' | 'QUEUED' | 'RUNNING' | 'WAITING' | 'COMPLETED' | 'FAILED' | 'CANCELLED'
  /** Values that arrived, by linked pin. */
  values: Map<string, unknown>
  /** Outputs delivered so far. */
  outputs: number
  /** Its sleeps up to this one are over: they are not slept again when it is run again. */
  slept: number
  /** While it is WAITING, which of its sleeps it is in. */
  asleep: Sleep | undefined
  error?: NodeFailure
  /** Inputs to run on instead of those that arrived. */
  override?: Record<string, unknown>
}

/** A durable wait of a block. */
export interface Sleep {
  /** 1, 2, 3 … per node execution, in the order in which the block asks. */
  sleep: number
  /** When it is over, in milliseconds since 1970 on the clock of the database. */
  until: number
}

/**
 * The values that wait at a node. Source: execution semantics, rules 5 to 7.
 *
 * A value goes to the oldest incomplete node execution that lacks its pin; where none does, a new one is made. A static
 * value is remembered, fills every incomplete execution that lacks its pin, and is there for every later one; by itself
 * it makes a new execution only when that completes it.
 */
export class Pairing {
  readonly #node: PlanNode
  readonly #statics = new Map<string, unknown>()
  /** Incomplete executions that may lack the pin, oldest first. Those that no longer do are skipped when met. */
  readonly #lacking = new Map<string, NodeExecution[]>()
  readonly executions: NodeExecution[] = []

  constructor(node: PlanNode) {
    this.#node = node
    for (const pin of node.linkedPins) this.#lacking.set(pin, [])
  }

  /** @returns the node executions that the value made ready, oldest first. */
  deliver(pin: string, value: unknown): NodeExecution[] {
    const oldest = this.#takeLacking(pin) ?? this.#create()
    oldest.values.set(pin, value)
    return isComplete(oldest) ? [oldest] : []
  }

  /** @returns as {@link deliver} */
  deliverStatic(pin: string, value: unknown): NodeExecution[] {
    this.#statics.set(pin, value)
    const filled: NodeExecution[] = []
    for (let next = this.#takeLacking(pin); next; next = this.#takeLacking(pin)) {
      next.values.set(pin, value)
      filled.push(next)
    }
    if (filled.length === 0 && this.#statics.size === this.#node.linkedPins.length) filled.push(this.#create())
    return filled.filter(isComplete)
  }

  /** A node execution with what the statics give: for a start node, complete at once. */
  start(): NodeExecution {
    return this.#create()
  }

  #create(): NodeExecution {
    const created: NodeExecution = {
      node: this.#node,
      n: this.executions.length + 1,
      attempt: 1,
      status: 'INCOMPLETE',
      values: new Map(this.#statics),
      outputs: 0,
      slept: 0,
      asleep: undefined,
    }
    this.executions.push(created)
    for (const [pin, queue] of this.#lacking) if (!created.values.has(pin)) queue.push(created)
    return created
  }

  #takeLacking(pin: string): NodeExecution | undefined {
    const queue = this.#lacking.get(pin)
    let next = queue?.shift()
    while (next && (next.status !== 'INCOMPLETE' || next.values.has(pin))) next = queue?.shift()
    return next
  }
}

/** The linked pins that a node execution still lacks. */
export function missingPins({ node, values }: NodeExecution): string[] {
  return node.linkedPins.filter((pin) => !values.has(pin))
}

function isComplete({ node, values }: NodeExecution): boolean {
  return values.size >= node.linkedPins.length && node.linkedPins.every((pin) => values.has(pin))
}
