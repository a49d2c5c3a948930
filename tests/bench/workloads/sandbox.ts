import type { BenchContext, Workload } from '../context.ts'
import type { Figure } from '../format.ts'
import { median, time } from '../measure.ts'
import { createBareIsolate } from '../yardsticks/bare-isolate.ts'
import { processMemoryMb } from '../profile/process-memory.ts'

const AT_ONCE = 16
const CALLS = 4000
const TURNS = 7
const USERS = 1000
const MANY_CALLS = { usual: 100_000, full: 1_000_000 }
const LARGE = JSON.stringify({ value: 'x'.repeat(100_000) })
const SMALL = JSON.stringify({ value: 'hello' })

/**
 * The cost of isolation: calls of no-op blocks in sandbox processes, compared with calls in an isolate without
 * containment.
 */
export const sandbox: Workload = {
  name: 'sandbox',
  unit: 'µs',
  async run(context) {
    return [
      await warmCalls(context),
      await coldStart(context, 'new-user', { must: 15_000, aim: null }, (i) => ({ owner: `user-${i}`, cordon: 'builtin' })),
      await coldStart(context, 'new-process', { must: 150_000, aim: null }, (i) => ({
        owner: `guest-${i}`,
        cordon: `user:guest-${i}`,
      })),
      await largeValue(context),
      await manyUsers(context),
      await manyCalls(context),
    ]
  },
}

interface Place {
  owner: string
  cordon: string
}

const SHARED: Place = { owner: 'bench', cordon: 'builtin' }

type RunCall = (place: Place, input: string) => Promise<void>

function createCall({ runtime }: BenchContext): RunCall {
  const { sandbox: processes } = runtime
  const bundle = findBundle(runtime)
  if (!processes) throw new Error('there is no sandbox')
  return ({ owner, cordon }, input) =>
    new Promise((resolve, reject) => {
      const request = { kind: 'run', bundle, cordon, owner, scope: '', affinity: owner, block: 'no-op' } as const
      processes.call(
        { ...request, input: () => input, timeoutMs: 60_000 },
        { output: () => {}, end: (error) => (error ? reject(error) : resolve()) },
      )
    })
}

function findBundle({ plugins }: BenchContext['runtime']): { digest: string; code: string } {
  const bundle = plugins.block('bench/no-op')?.plugin.bundle
  if (!bundle) throw new Error('the bench plugin is not loaded')
  return bundle
}

async function inLanes(calls: number, call: () => Promise<void>): Promise<void> {
  let left = calls
  const lane = async (): Promise<void> => {
    while (left-- > 0) await call()
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
}

async function warmCalls(context: BenchContext): Promise<Figure> {
  const call = createCall(context)
  const bare = await createBareIsolate(findBundle(context.runtime).code, context.stack)
  const [ours, theirs]: [number[], number[]] = [[], []]
  for (let turn = 0; turn <= TURNS; turn++) {
    const mine = await time(() => inLanes(CALLS, () => call(SHARED, SMALL)))
    const other = await bare({ block: 'no-op', input: SMALL, calls: CALLS, atOnce: AT_ONCE })
    if (turn === 0) continue // warm-up
    ours.push((mine * 1000) / CALLS)
    theirs.push((other * 1000) / CALLS)
  }
  const [value, isolate] = [median(ours), median(theirs)]
  return {
    part: 'warm-call-overhead',
    value: Math.max(0, value - isolate),
    yardsticks: { 'each call': value, 'isolated-vm in one process': isolate },
    goal: { better: 'lower', must: 60, aim: 25 },
  }
}

async function coldStart(
  context: BenchContext,
  part: string,
  goal: { must: number; aim: number | null },
  placeOf: (i: number) => Place,
): Promise<Figure> {
  const call = createCall(context)
  const took: number[] = []
  for (let i = 0; i < 20; i++) {
    took.push((await time(() => call(placeOf(i), SMALL))) * 1000)
    await new Promise((resolve) => setTimeout(resolve, 400)) // for the next spare process, as between two users
  }
  return { part, value: median(took), yardsticks: { slowest: Math.max(...took) }, goal: { better: 'lower', ...goal } }
}

async function largeValue(context: BenchContext): Promise<Figure> {
  const call = createCall(context)
  const took: number[] = []
  for (let i = 0; i < 60; i++) took.push((await time(() => call(SHARED, LARGE))) * 1000)
  return { part: '100-kb-value', value: median(took), goal: { better: 'lower', must: 2000, aim: null } }
}

/** The resident memory of all sandbox processes. The goal is their budget, which depends on the machine's memory. */
async function manyUsers(context: BenchContext): Promise<Figure> {
  const call = createCall(context)
  const { sandbox: processes } = context.runtime
  let mostMb = 0
  for (let i = 0; i < USERS; i += AT_ONCE) {
    const users = Array.from({ length: AT_ONCE }, (_, k) => ({ owner: `many-${i + k}`, cordon: 'builtin' }))
    await Promise.all(users.map((place) => call(place, SMALL)))
    mostMb = Math.max(mostMb, await processMemoryMb(processes?.pids() ?? []))
  }
  const { memoryMb } = context.runtime.sandboxLimits
  return {
    part: '1000-users',
    unit: 'MB',
    value: mostMb,
    yardsticks: { budget: memoryMb },
    goal: { better: 'lower', must: memoryMb, aim: null },
  }
}

/** The growth of memory from the first tenth of the calls to the last, in percent. */
async function manyCalls(context: BenchContext): Promise<Figure> {
  const call = createCall(context)
  const { sandbox: processes } = context.runtime
  const calls = context.full ? MANY_CALLS.full : MANY_CALLS.usual
  const memory: number[] = []
  for (let tenth = 0; tenth < 10; tenth++) {
    await inLanes(calls / 10, () => call(SHARED, SMALL))
    memory.push(await processMemoryMb([...(processes?.pids() ?? []), process.pid]))
  }
  const [first = 0, ...rest] = memory
  const growth = (Math.max(...rest.slice(-3)) / first - 1) * 100
  return {
    part: 'growth',
    unit: '%',
    value: Math.max(0, growth),
    yardsticks: { calls, 'MB after a tenth': first, 'MB at the end': rest.at(-1) ?? 0 },
    goal: { better: 'lower', must: 10, aim: null },
  }
}
