import type { Workload } from '../context.ts'
import { fanOut } from '../graphs.ts'
import { takeTurns } from '../measure.ts'
import { runOne } from '../runs.ts'

const VALUES = 200

/**
 * One block yields 200 values, a second block receives each value, and the graph's output collects the 200 results;
 * start to end, p50.
 */
export const fanOut200: Workload = {
  name: 'fan-out',
  unit: 'ms',
  async run(context) {
    const { runtime, ownerId } = context
    const graphId = await context.createGraph(fanOut(VALUES))
    const { value } = await takeTurns({ value: () => runOne(context, graphId) }, { warmUp: 15, turns: 1, perTurn: 40 })
    const { items } = await runtime.executions.list(ownerId, {
      first: 1,
      filter: { graphIds: [graphId] },
      orderBy: { field: 'CREATED_AT', direction: 'DESC' },
      countTotal: false,
    })
    const { outputs } = await runtime.executions.get(ownerId, items[0]?.item.id ?? '')
    if (outputs.items?.length !== VALUES) throw new Error(`the join did not collect ${VALUES} values`)
    return [{ value, goal: { better: 'lower', must: 60, aim: 30 } }]
  },
}
