import type { BenchContext, Workload } from '../context.ts'
import type { Figure } from '../format.ts'
import { chainOfFib, chainOfNoOps } from '../graphs.ts'
import { median, midMean, time } from '../measure.ts'
import { cpuTime, type ProcessTime } from '../profile/cpu-time.ts'
import { profileWorker, type Stage, type WorkerProfile } from '../profile/worker-profile.ts'
import { runBurst, runOne } from '../runs.ts'
import { callAtOnce, createBareCall } from '../yardsticks/bare-calls.ts'
import { createCommits } from '../yardsticks/commits.ts'

const BURST = { executions: 2000, blocks: 10, times: 3 }
const CHAIN = { blocks: 40, times: 60 }
const SHOWN = 15

/**
 * The distribution of time, in microseconds per block. The CPU time of all processes is that of the system, which other
 * work on the machine hardly changes. The stages of the worker are from its profile. For the sandbox processes, the
 * main thread counts as ipc, because it passes messages on, and the other threads as isolate, because they run blocks.
 * For the chain, elapsed time is also measured, because it determines the latency.
 */
export const breakdown: Workload = {
  name: 'breakdown',
  unit: 'µs/block',
  async run(context) {
    const call = createBareCall(context)
    const { journalMicros } = await createCommits(await context.createDatabase('breakdown'), context.stack)
    const burstGraph = await context.createGraph(chainOfNoOps(BURST.blocks))
    const chainGraph = await context.createGraph(chainOfFib(CHAIN.blocks, 10))
    await runBurst(context, burstGraph, BURST.executions)
    const burst = await observe(context, 'burst', BURST.executions * BURST.blocks * BURST.times, async () => {
      for (let i = 0; i < BURST.times; i++) await runBurst(context, burstGraph, BURST.executions)
    })
    for (let i = 0; i < CHAIN.times; i++) await runOne(context, chainGraph)
    const chain = await observe(context, 'chain-40', CHAIN.blocks * CHAIN.times, async () => {
      for (let i = 0; i < CHAIN.times; i++) await runOne(context, chainGraph)
    })
    const bare: Figure[] = [
      { part: 'bare/call-in-200', value: (await p50(() => callAtOnce(call, 200))) / 200 },
      { part: 'bare/call-alone', value: await p50(() => call('no-op', { value: 'hello' }, 'bare')) },
      // A block has about three events.
      { part: 'bare/journal', value: 3 * (await journalMicros()) },
    ]
    return [...burst, ...chain, ...(await passingTime(context, chainGraph)), ...bare]
  },
}

async function p50(work: () => Promise<void>): Promise<number> {
  const taken: number[] = []
  for (let i = 0; i < 60; i++) taken.push((await time(work)) * 1000)
  return median(taken)
}

async function observe(context: BenchContext, name: string, blocks: number, work: () => Promise<void>): Promise<Figure[]> {
  const before = await timeOnCores(context)
  const profile = await profileWorker(work)
  const after = await timeOnCores(context)
  noteFunctions(context, name, profile, blocks)
  const perBlock = (ms: number): number => (ms * 1000) / blocks
  const onCores = (each: keyof CoreTimes, part: keyof ProcessTime): number => perBlock(after[each][part] - before[each][part])
  const stage = (each: Stage): number => perBlock(profile.byStage.get(each) ?? 0)
  const ipc = { worker: stage('ipc'), sandbox: onCores('sandbox', 'main') }
  const whole = {
    worker: onCores('worker', 'main') + onCores('worker', 'others'),
    sandbox: onCores('sandbox', 'main') + onCores('sandbox', 'others'),
    postgres: onCores('postgres', 'main') + onCores('postgres', 'others'),
  }
  return [
    { part: `${name}/all-processes`, value: whole.worker + whole.sandbox + whole.postgres, yardsticks: whole },
    { part: `${name}/scheduler`, value: stage('scheduler') },
    { part: `${name}/ipc`, value: ipc.worker + ipc.sandbox, yardsticks: ipc },
    { part: `${name}/isolate`, value: onCores('sandbox', 'others') },
    { part: `${name}/journal`, value: stage('journal') },
    { part: `${name}/dispatch`, value: stage('dispatch') },
    { part: `${name}/start`, value: stage('start') },
    { part: `${name}/postgres-client`, value: stage('postgres-client') },
    { part: `${name}/worker-gc`, value: stage('gc') },
    { part: `${name}/worker-other`, value: stage('other') },
  ]
}

type CoreTimes = Record<'worker' | 'sandbox' | 'postgres', ProcessTime>

async function timeOnCores({ runtime }: BenchContext): Promise<CoreTimes> {
  const { rows } = await runtime.database.pool.query<{ pid: number }>('select pid from pg_stat_activity')
  const pids = [[process.pid], runtime.sandbox?.pids() ?? [], rows.map(({ pid }) => pid)] as const
  const [worker, sandbox, postgres] = await Promise.all([cpuTime(pids[0]), cpuTime(pids[1]), cpuTime(pids[2])])
  return { worker, sandbox, postgres }
}

function noteFunctions({ note }: BenchContext, name: string, { byFunction }: WorkerProfile, blocks: number): void {
  note(`${name}, functions of the worker by self time, µs per block:`)
  for (const [each, ms] of byFunction.slice(0, SHOWN)) note(`  ${((ms * 1000) / blocks).toFixed(2).padStart(7)}  ${each}`)
}

/**
 * The elapsed time of the chain, from its events: before it starts, while its blocks run, and until the subscriber sees
 * its end.
 */
async function passingTime({ runtime, ownerId }: BenchContext, graphId: string): Promise<Figure[]> {
  const spans = { begin: [] as number[], blocks: [] as number[], end: [] as number[] }
  for (let i = 0; i < CHAIN.times; i++) {
    const startedAt = Date.now()
    const { id } = await runtime.executions.start(ownerId, { graphId, inputs: {} })
    const times: number[] = []
    for await (const { at } of await runtime.executions.follow(ownerId, id, 0)) times.push(at)
    const [first = NaN, last = NaN] = [times[0], times.at(-1)]
    spans.begin.push(first - startedAt)
    spans.blocks.push(last - first)
    spans.end.push(Date.now() - last)
  }
  const perBlock = (ms: number): number => (ms * 1000) / CHAIN.blocks
  return Object.entries(spans).map(([span, ms]) => ({ part: `chain-40/passing-${span}`, value: perBlock(midMean(ms)) }))
}
