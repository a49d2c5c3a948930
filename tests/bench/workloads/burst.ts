import type { Workload } from '../context.ts'
import { chainOfNoOps } from '../graphs.ts'
import { takeTurns, time } from '../measure.ts'
import { runBurst } from '../runs.ts'
import { callAtOnce, createBareCall } from '../yardsticks/bare-calls.ts'
import { createJobs } from '../yardsticks/jobs.ts'

const EXECUTIONS = 2000
const BLOCKS = 10
const JOBS_PER_SET = 100
const CALLS_AT_ONCE = 200

/**
 * The maximum throughput of a worker: 2 000 executions of 10 blocks, started concurrently, until the last one has
 * ended.
 */
export const burst: Workload = {
  name: 'burst',
  unit: 'blocks/s',
  async run(context) {
    const graphId = await context.createGraph(chainOfNoOps(BLOCKS))
    const call = createBareCall(context)
    const { handle } = await createJobs(await context.createDatabase('burst'), context.stack)
    const callAll = async (): Promise<void> => {
      for (let i = 0; i < (EXECUTIONS * BLOCKS) / CALLS_AT_ONCE; i++) await callAtOnce(call, CALLS_AT_ONCE)
    }
    const p50 = await takeTurns(
      {
        burst: () => runBurst(context, graphId, EXECUTIONS),
        jobs: () => time(() => handle(EXECUTIONS, JOBS_PER_SET)),
        calls: () => time(callAll),
      },
      { warmUp: 1, turns: 5, perTurn: 1 },
    )
    const yardsticks = {
      'pg-boss jobs/s': perSecond(EXECUTIONS, p50.jobs),
      'isolated-vm calls/s': perSecond(EXECUTIONS * BLOCKS, p50.calls),
    }
    const value = perSecond(EXECUTIONS * BLOCKS, p50.burst)
    return [{ value, yardsticks, goal: { better: 'higher', must: 20_000, aim: 50_000 } }]
  },
}

function perSecond(count: number, ms: number): number {
  return (count * 1000) / ms
}
