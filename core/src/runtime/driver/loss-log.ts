import { showValue } from '../../base/index.ts'
import { findValueLoss, parsePinPath, withArticle } from '../../pins/index.ts'
import type { ExecutionEvent, OnConverted, NodeExecution, Plan, PlanNode } from '../../engine/index.ts'

/** The limit per node in one execution: a loop can convert a value a million times. */
const MAX_LINES_PER_NODE = 100

/**
 * Logs values that lose their meaning when they are converted to the type of a pin, such as a text that is not a number
 * and becomes 0, to the log of their node. Validation can only warn if the schemas of both pins have a type.
 */
export class LossLog {
  readonly #plan: Plan
  readonly #append: (event: ExecutionEvent) => void
  readonly #lines = new Map<PlanNode, number>()

  constructor(plan: Plan, append: (event: ExecutionEvent) => void) {
    this.#plan = plan
    this.#append = append
  }

  watch(run: NodeExecution): OnConverted {
    return (pin, value, converted) => this.#converted(run, pin, value, converted)
  }

  #converted(run: NodeExecution, pin: string, value: unknown, converted: unknown): void {
    const { inputSchema } = run.node.block
    const loss = findValueLoss(value, { schema: inputSchema.properties?.[pin] ?? {}, root: inputSchema })
    if (!loss || loss.isReversible) return
    const lines = (this.#lines.get(run.node) ?? 0) + 1
    this.#lines.set(run.node, lines)
    if (lines > MAX_LINES_PER_NODE) return
    const got = `got the ${loss.from} ${showValue(value)}, which became ${showValue(converted)}`
    this.#log(run, `${this.#describeOrigin(run, pin)}: the pin requires ${withArticle(loss.to)}, ${got}`)
    if (lines === MAX_LINES_PER_NODE)
      this.#log(run, `further values of node "${run.node.id}" that lose their meaning are not logged`)
  }

  #log({ node, n }: NodeExecution, text: string): void {
    this.#append({ type: 'NodeLog', node: node.id, n, level: 'warn', text })
  }

  /** Names the links through which the value may have arrived, or the input if it arrived through none. */
  #describeOrigin({ node, values }: NodeExecution, pin: string): string {
    const arrived = (sinkPin: string): boolean => values.has(sinkPin) && parsePinPath(sinkPin).base === pin
    const links = this.#plan.nodes.flatMap((source) => [...source.links.values()].flat())
    const names = links
      .filter(({ sink, sinkPin }) => sink === node && arrived(sinkPin))
      .map(({ from, sinkPin }) => `${from} → ${node.id}.${sinkPin}`)
    if (names.length === 0) return `input "${pin}"`
    return `${names.length === 1 ? 'link' : 'one of the links'} ${names.join(', ')}`
  }
}
