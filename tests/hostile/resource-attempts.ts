import { expect } from 'vitest'
import type { HostileWorker } from './hostile-worker.ts'
import { freshBundles } from './plugin-source.ts'
import type { Result } from './worker.ts'

export interface ResourceAttempt {
  run: string
  /** The possible error codes, undefined for none. Which of several occurs depends on timing and garbage collection. */
  ends: readonly (string | undefined)[]
  timeoutMs?: number
  n?: unknown
}

/** Small limits, so that every attempt reaches one quickly. */
export const SMALL_LIMITS = {
  maxCpuMs: 400,
  isolateMemoryMb: 24,
  processMemoryMb: 250,
  maxValueBytes: 100_000,
  maxOutputs: 500,
  loadTimeoutMs: 1500,
}

const TIMEOUT_MS = 1000
const SAMPLE_EVERY_MS = 50
const LANES = ['user:first', 'user:second']

const innocentBundle = freshBundles({
  name: 'attempt',
  run: `yield ['out', n]; for (let i = 0; i < 3; i++) await new Promise((r) => setTimeout(r, 20)); yield ['n', n]`,
})

/** Returns a function that runs an attempt beside an innocent execution of the same user. Each lane has its own process. */
export function createTrack(worker: () => HostileWorker): (attempt: ResourceAttempt) => Promise<Result> {
  const free = [...LANES]
  const waiting: ((lane: string) => void)[] = []
  const enter = (): Promise<string> => {
    const lane = free.pop()
    return lane === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(lane)
  }
  const leave = (lane: string): void => {
    const next = waiting.shift()
    if (next) next(lane)
    else free.push(lane)
  }
  return async (attempt) => {
    const lane = await enter()
    try {
      return await runBesideInnocents(worker(), attempt, lane)
    } finally {
      leave(lane)
    }
  }
}

async function runBesideInnocents(
  worker: HostileWorker,
  { run, ends, n, timeoutMs = TIMEOUT_MS }: ResourceAttempt,
  cordon: string,
): Promise<Result> {
  const peak = watchMemory(worker)
  const attempt = worker.attempt({ name: 'attempt', run }, { n, timeoutMs, cordon })
  const innocent = worker.call({ bundle: innocentBundle(), input: '{"n":7}', timeoutMs: 20_000, cordon })
  const [result, beside] = await Promise.all([attempt, innocent])
  const peakMb = await peak.stop()
  expect(ends, `${result.error?.message} after ${Math.round(result.tookMs)} ms`).toContain(result.error?.code)
  expect(beside).toMatchObject({
    outputs: [
      ['out', 7],
      ['n', 7],
    ],
  })
  expect(beside.error).toBeUndefined()
  expect(result.changed).toEqual([])
  expect(peakMb).toBeLessThan(SMALL_LIMITS.processMemoryMb * 1.5)
  return result
}

/** Measures the peak memory of the largest sandbox process. */
function watchMemory(worker: HostileWorker): { stop(): Promise<number> } {
  let peakMb = 0
  const sample = async (): Promise<void> => {
    peakMb = Math.max(peakMb, (await worker.memoryMb()).largest)
  }
  const timer = setInterval(() => void sample(), SAMPLE_EVERY_MS)
  return {
    async stop() {
      clearInterval(timer)
      await sample()
      return peakMb
    },
  }
}
