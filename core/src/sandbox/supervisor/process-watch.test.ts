import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Loss } from '../calls/index.ts'
import { ProcessWatch } from './process-watch.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('checks deadlines and then kills a process whose id stays unknown', () => {
  const losses: Loss[] = []
  let sweeps = 0
  const watch = new ProcessWatch({
    pid: () => undefined,
    limits: { maxCpuMs: 1000, processMemoryMb: 100 },
    isReady: () => false,
    hasCalls: () => true,
    hasAborted: () => false,
    sweep: () => sweeps++,
    ping: () => {},
    measured: () => {},
    kill: (loss) => losses.push(loss),
  })
  vi.advanceTimersByTime(30_000)
  expect([losses.length, sweeps > 100]).toEqual([0, true])
  vi.advanceTimersByTime(60_000)
  expect(losses[0]).toEqual({ kind: 'exit', detail: 'it did not respond' })
  watch.stop()
})
