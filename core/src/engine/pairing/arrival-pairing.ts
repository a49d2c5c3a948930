import type { PlanNode } from '../plan/index.ts'
import { type NodeExecution, type Tag, type ToolCall, createRun } from './tags/index.ts'

/**
 * Pairs the values that arrive at the input pins of a node, in the order of arrival. Source: execution semantics, rules
 * 5 to 7.
 *
 * A value goes to the oldest incomplete node execution that lacks its pin. If there is none, a new node execution is
 * created. A static value is kept: it fills every incomplete node execution that lacks its pin, and every later one. If
 * no node execution lacks its pin, a static value creates a new node execution only if that node execution is then
 * complete. A node execution waits for all pins that its block marks as `feedback`, or for none of them.
 */
export class ArrivalPairing {
  readonly #node: PlanNode
  readonly #root: Tag
  readonly #statics = new Map<string, unknown>()
  /**
   * Incomplete node executions that may lack the pin, oldest first. Those that no longer lack it are skipped when they
   * are reached.
   */
  readonly #lacking = new Map<string, NodeExecution[]>()
  readonly #called = new WeakMap<ToolCall, NodeExecution>()
  readonly executions: NodeExecution[] = []

  constructor(node: PlanNode, root: Tag) {
    this.#node = node
    this.#root = root
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
    if (filled.length === 0 && isComplete({ node: this.#node, values: this.#statics })) filled.push(this.#create())
    return filled.filter(isComplete)
  }

  /** All arguments of a tool call go to one node execution. @returns it if it became ready */
  deliverArgument(call: ToolCall, pin: string, value: unknown): NodeExecution[] {
    const run = this.#called.get(call) ?? this.#takeLacking(pin, true) ?? this.#create()
    this.#called.set(call, run)
    run.call = call
    run.values.set(pin, value)
    return isComplete(run) ? [run] : []
  }

  /** Creates a run with the values of another one. */
  repeat({ values }: NodeExecution): NodeExecution {
    const created = createRun(this.#node, this.executions.length + 1, this.#root, new Map(values))
    this.executions.push(created)
    return created
  }

  /** Creates a node execution from the static values. For a start node, it is immediately complete. */
  start(): NodeExecution {
    return this.#create()
  }

  #create(): NodeExecution {
    const created = createRun(this.#node, this.executions.length + 1, this.#root, new Map(this.#statics))
    this.executions.push(created)
    for (const [pin, queue] of this.#lacking) if (!created.values.has(pin)) queue.push(created)
    return created
  }

  /** @param isFree whether it must not belong to a tool call */
  #takeLacking(pin: string, isFree = false): NodeExecution | undefined {
    const queue = this.#lacking.get(pin)
    let next = queue?.shift()
    while (next && (next.status !== 'INCOMPLETE' || next.values.has(pin) || (isFree && next.call))) next = queue?.shift()
    return next
  }
}

function isComplete({ node, values }: Pick<NodeExecution, 'node' | 'values'>): boolean {
  const { block, dynamicPins, linkedPins } = node
  if (values.size >= linkedPins.length) return linkedPins.every((pin) => values.has(pin))
  if (block.feedbackPins.size === 0) return false
  const isFeedback = (pin: string): boolean => block.feedbackPins.has(dynamicPins.get(pin)?.base ?? pin)
  return linkedPins.every((pin) => values.has(pin) !== isFeedback(pin))
}
