import { MAX_BUDGET } from './graph/index.ts'
import type { Pairing } from './pairing.ts'
import type { PlanNode } from './plan.ts'
import type { Reason } from './status.ts'

const MAX_NAMED = 3

/**
 * Returns the error of an execution that exceeds its budget of node executions.
 *
 * @param next the node whose execution would exceed the budget
 */
export function budgetExceeded(budget: number, nodes: ReadonlyMap<PlanNode, Pairing>, next: PlanNode): Reason {
  const counts = [...nodes].map(([node, { executions }]) => {
    const ready = executions.filter(({ status }) => status !== 'INCOMPLETE').length
    return { id: node.id, count: node === next ? ready - 1 : ready }
  })
  const largest = counts.toSorted((a, b) => b.count - a.count).slice(0, MAX_NAMED)
  const used = largest.filter(({ count }) => count > 0).map(({ id, count }) => `"${id}" ${count}`)
  const raise = budget < MAX_BUDGET ? `set "budget" in the graph document to a larger number, at most ${MAX_BUDGET}, or ` : ''
  const message = `the graph exhausted its budget of ${budget} node executions, most of them in ${used.join(', ')}: ${raise}check for a cycle of links that never ends`
  return { code: 'BUDGET_EXCEEDED', message, node: next.id }
}
