import { MAX_BUDGET } from './graph/index.ts'
import type { NodeExecution, Tag } from './pairing/index.ts'
import type { Plan, PlanNode } from './plan/index.ts'
import type { Reason } from './status.ts'

const MAX_NAMED = 3

/**
 * Limits the number of node executions: those outside of loops, and those in each iteration of a loop. Turns of a cycle
 * count where the cycle is. Source: execution semantics, rule 14.
 */
export class Budget {
  readonly #plan: Plan
  readonly #counts: number[]

  constructor(plan: Plan) {
    this.#plan = plan
    this.#counts = plan.nodes.map(() => 0)
  }

  /** Counts a node execution. @returns the reason why it exceeds the budget */
  use({ node, tag }: NodeExecution): Reason | undefined {
    let counted: Tag = tag
    while (counted.parent && counted.scope?.kind === 'CYCLE') counted = counted.parent
    if (++counted.used > this.#plan.budget) return this.#exceeded(node)
    this.#counts[node.index] = (this.#counts[node.index] ?? 0) + 1
    return undefined
  }

  #exceeded(next: PlanNode): Reason {
    const { nodes, budget } = this.#plan
    const counts = nodes.map(({ id, index }) => ({ id, count: this.#counts[index] ?? 0 }))
    const largest = counts.toSorted((a, b) => b.count - a.count).slice(0, MAX_NAMED)
    const used = largest.filter(({ count }) => count > 0).map(({ id, count }) => `"${id}" ${count}`)
    const raise = budget < MAX_BUDGET ? `set "budget" in the graph document to a larger number, at most ${MAX_BUDGET}, or ` : ''
    const cycle = findCycle(next)
    const path = cycle ? `, in the cycle ${cycle.map(({ id }) => `"${id}"`).join(' → ')}` : ''
    const check = cycle ? 'check why the cycle never ends' : 'check for a cycle of links that never ends'
    const message = `the graph exhausted its budget of ${budget} node executions, most of them in ${used.join(', ')}${path}: ${raise}${check}`
    return { code: 'BUDGET_EXCEEDED', message, node: next.id }
  }
}

/** The shortest path of links from a node back to itself. */
function findCycle(start: PlanNode): PlanNode[] | undefined {
  const before = new Map<PlanNode, PlanNode>()
  const left = [start]
  for (const node of left)
    for (const { sink } of [...node.links.values()].flat()) {
      if (sink === start) {
        const path = [start]
        for (let each = node; each !== start; each = before.get(each) ?? start) path.push(each)
        return [...path, start].toReversed()
      }
      if (before.has(sink)) continue
      before.set(sink, node)
      left.push(sink)
    }
  return undefined
}
