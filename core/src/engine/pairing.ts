import type { SourcePosition } from '../blocks/index.ts'
import type { PlanNode } from './plan.ts'

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
}

/** A durable wait of a block. */
export interface Sleep {
  /** 1, 2, 3 … per node execution, in the order of the block's requests. */
  sleep: number
  /** The end of the sleep, in milliseconds since 1970 on the database clock. */
  until: number
}

/**
 * Pairs the values that arrive at the input pins of a node. Source: execution semantics, rules 5 to 7.
 *
 * A value goes to the oldest incomplete node execution that lacks its pin. If there is none, a new node execution is
 * created. A static value is kept: it fills every incomplete node execution that lacks its pin, and every later one. If
 * no node execution lacks its pin, a static value creates a new node execution only if that node execution is then
 * complete.
 */
export class Pairing {
  readonly #node: PlanNode
  readonly #statics = new Map<string, unknown>()
  /**
   * Incomplete node executions that may lack the pin, oldest first. Those that no longer lack it are skipped when they
   * are reached.
   */
  readonly #lacking = new Map<string, NodeExecution[]>()
  readonly executions: NodeExecution[] = []

  constructor(node: PlanNode) {
    this.#node = node
    for (const pin of node.linkedPins) this.#lacking.set(pin, [])
  }

  /** @returns the node executions that became ready, oldest first */
  deliver(pin: string, value: unknown): NodeExecution[] {
    const oldest = this.#takeLacking(pin) ?? this.#create()
    oldest.values.set(pin, value)
    return isComplete(oldest) ? [oldest] : []
  }

  /** @returns the node executions that became ready, oldest first */
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

  /** Creates a node execution from the static values. For a start node, it is immediately complete. */
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
      currentSleep: undefined,
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
