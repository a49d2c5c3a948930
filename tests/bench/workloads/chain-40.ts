import type { Workload } from '../context.ts'
import { chainOfFib } from '../graphs.ts'
import { takeTurns, time } from '../measure.ts'
import { runOne } from '../runs.ts'
import { createBareCall } from '../yardsticks/bare-calls.ts'
import { createCommits } from '../yardsticks/commits.ts'
import { createDbos } from '../yardsticks/dbos.ts'
import { createJobs } from '../yardsticks/jobs.ts'

const BLOCKS = 40
const N = 10
const ROUNDS = { warmUp: 30, turns: 6, perTurn: 10 }

/**
 * The latency of a single execution: 40 sequential blocks, each fib(10), from the start until a subscriber sees the
 * end; p50.
 */
export const chain40: Workload = {
  name: 'chain-40',
  unit: 'ms',
  async run(context) {
    const graphId = await context.createGraph(chainOfFib(BLOCKS, N))
    const call = createBareCall(context)
    const databaseUrl = await context.createDatabase('chain_40')
    const { commitOne } = await createCommits(databaseUrl, context.stack)
    const { dispatchOne } = await createJobs(databaseUrl, context.stack)
    const dbos = await createDbos(context, await context.createDatabase('chain_40_dbos'))
    const p50 = await takeTurns(
      {
        chain: () => runOne(context, graphId),
        'commit-per-step': () => time(() => inTurn(commitOne)),
        bare: () => time(() => inTurn(() => call('fib', { n: N }, 'bare'))),
        commit: () => time(commitOne),
        dispatch: () => time(dispatchOne),
        dbos: dbos ?? (() => Promise.resolve(NaN)),
      },
      ROUNDS,
    )
    const { chain, dbos: dbosMs, ...yardsticks } = p50
    const aim = 1.5 * (p50.bare + p50.commit + p50.dispatch)
    if (!dbos) return [{ value: chain, yardsticks, goal: { better: 'lower', must: null, aim } }]
    return [{ value: chain, yardsticks: { dbos: dbosMs, ...yardsticks }, goal: { better: 'lower', must: dbosMs / 5, aim } }]
  },
}

async function inTurn(step: () => Promise<void>): Promise<void> {
  for (let i = 0; i < BLOCKS; i++) await step()
}
