import type { BenchContext, Workload } from '../context.ts'
import type { Figure } from '../format.ts'
import { chainOfFib, chainOfNoOps } from '../graphs.ts'
import { median, time } from '../measure.ts'
import { cpuTime, type ProcessTime } from '../profile/cpu-time.ts'
import { profileWorker, type WorkerProfile } from '../profile/worker-profile.ts'
import { runBurst, runOne } from '../runs.ts'
import { callAtOnce, createBareCall } from '../yardsticks/bare-calls.ts'
import { createCommits } from '../yardsticks/commits.ts'

const BURST = { executions: 2000, blocks: 10, times: 3 }
const CHAIN = { blocks: 40, times: 60 }
const SHOWN = 15

/**
 * Where the time goes, in microseconds of a core per block: what the profiler sees on the worker's main thread, by stage; what
 * the system says of the sandbox processes (their first thread passes messages on, blocks run on the others) and of
 * Postgres. Of the chain also the time that passes: it is what counts there.
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
  const before = await otherProcesses(context)
  const profile = await profileWorker(work)
  const after = await otherProcesses(context)
  const taken = { sandbox: less(after.sandbox, before.sandbox), postgres: less(after.postgres, before.postgres) }
  noteFunctions(context, name, profile, blocks)
  const perBlock = (ms: number): number => (ms * 1000) / blocks
  const stage = (each: Parameters<WorkerProfile['byStage']['get']>[0]): number => perBlock(profile.byStage.get(each) ?? 0)
  const ipc = { worker: stage('ipc'), sandbox: perBlock(taken.sandbox.main) }
  return [
    { part: `${name}/scheduler`, value: stage('scheduler') },
    { part: `${name}/ipc`, value: ipc.worker + ipc.sandbox, yardsticks: ipc },
    { part: `${name}/isolate`, value: perBlock(taken.sandbox.others) },
    { part: `${name}/journal`, value: stage('journal') },
    { part: `${name}/dispatch`, value: stage('dispatch') },
    { part: `${name}/start`, value: stage('start') },
    { part: `${name}/postgres-client`, value: stage('postgres-client') },
    { part: `${name}/postgres`, value: perBlock(taken.postgres.main + taken.postgres.others) },
    { part: `${name}/worker-gc`, value: stage('gc') },
    { part: `${name}/worker-other`, value: stage('other') },
  ]
}

async function otherProcesses({ runtime }: BenchContext): Promise<{ sandbox: ProcessTime; postgres: ProcessTime }> {
  const { rows } = await runtime.database.pool.query<{ pid: number }>('select pid from pg_stat_activity')
  const [sandbox, postgres] = await Promise.all([cpuTime(runtime.sandbox?.pids() ?? []), cpuTime(rows.map(({ pid }) => pid))])
  return { sandbox, postgres }
}

function less(after: ProcessTime, before: ProcessTime): ProcessTime {
  return { main: after.main - before.main, others: after.others - before.others }
}

function noteFunctions({ note }: BenchContext, name: string, { byFunction }: WorkerProfile, blocks: number): void {
  note(`${name}, functions of the worker by self time, µs per block:`)
  for (const [each, ms] of byFunction.slice(0, SHOWN)) note(`  ${((ms * 1000) / blocks).toFixed(2).padStart(7)}  ${each}`)
}

/** Of the chain, from the times of its events, in whole milliseconds that average out: until it begins, while its blocks run, and until the subscriber has the end. */
async function passingTime({ runtime, ownerId }: BenchContext, graphId: string): Promise<Figure[]> {
  const spans = { begin: 0, blocks: 0, end: 0 }
  for (let i = 0; i < CHAIN.times; i++) {
    const startedAt = Date.now()
    const { id } = await runtime.executions.start(ownerId, { graphId, inputs: {} })
    const times: number[] = []
    for await (const { at } of await runtime.executions.follow(ownerId, id, 0)) times.push(at)
    const [first = NaN, last = NaN] = [times[0], times.at(-1)]
    spans.begin += first - startedAt
    spans.blocks += last - first
    spans.end += Date.now() - last
  }
  const perBlock = (ms: number): number => (ms * 1000) / (CHAIN.blocks * CHAIN.times)
  return Object.entries(spans).map(([span, ms]) => ({ part: `chain-40/passing-${span}`, value: perBlock(ms) }))
}
