import { fib } from '../bench-plugin.ts'
import type { Workload } from '../context.ts'
import { chainOfFib } from '../graphs.ts'
import { takeTurns, time } from '../measure.ts'
import { runOne } from '../runs.ts'

const BLOCKS = 10
const N = 33

/** The overhead of the sandbox for computation: 10 sequential blocks, each fib(33), compared with plain Node. */
export const chain10Fib33: Workload = {
  name: 'chain-10-fib33',
  unit: '× plain',
  async run(context) {
    const graphId = await context.createGraph(chainOfFib(BLOCKS, N))
    const plain = (): void => {
      for (let i = 0; i < BLOCKS; i++) if (fib(N) !== 3_524_578) throw new Error('fib returned a wrong result')
    }
    const p50 = await takeTurns(
      { 'chain ms': () => runOne(context, graphId), 'plain ms': () => time(plain) },
      { warmUp: 2, turns: 5, perTurn: 3 },
    )
    const value = p50['chain ms'] / p50['plain ms']
    return [{ value, yardsticks: p50, goal: { better: 'lower', must: 1.25, aim: 1.1 } }]
  },
}
