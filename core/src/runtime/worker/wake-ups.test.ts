import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { WakeUps, type WakeUpParts } from './wake-ups.ts'

const NOON = Date.parse('2026-03-01T12:00:00Z')

beforeEach(() => void vi.useFakeTimers({ now: NOON }))
afterEach(() => void vi.useRealTimers())

interface Opened {
  wakeUps: WakeUps
  woken: string[]
  answers: { ok: boolean }
  /** Whether a worker immediately takes the executions that were woken. */
  taking: { on: boolean }
}

/** A database whose clock is ahead by `aheadMs`, with executions to wake at these times of its clock. */
function open(aheadMs: number, wakeAt: Record<string, number>): Opened {
  const woken: string[] = []
  const answers = { ok: true }
  const taking = { on: true }
  const query = ({ values: [after, afterId] }: { values: [string, string] }): Promise<unknown> => {
    if (!answers.ok) return Promise.reject(new Error('no answer'))
    const now = Date.now() + aheadMs
    const times = Object.entries(wakeAt).filter(([id]) => !taking.on || !woken.includes(id))
    const next = Math.min(...times.flatMap(([, at]) => (at > now ? [at] : [])))
    const due = times
      .filter(([id, at]) => at <= now && (after === '-infinity' || at > Number(after) || (at === Number(after) && id > afterId)))
      .toSorted(([id, at], [otherId, otherAt]) => at - otherAt || (id < otherId ? -1 : 1))
      .slice(0, 1000)
    const lastAt = due.length > 0 ? String(due.at(-1)?.[1]) : null
    const found = { now: new Date(now), next: next === Infinity ? null : new Date(next), due: due.map(([id]) => id), lastAt }
    return Promise.resolve({ rows: [found] })
  }
  const parts = {
    pool: { query } as unknown as WakeUpParts['pool'],
    wake: (ids: readonly string[]) => Promise.resolve(void woken.push(...ids)),
    onError: () => {},
  }
  return { wakeUps: new WakeUps(parts), woken, answers, taking }
}

it('wakes each of many executions once per lookup, even if no worker takes them', async () => {
  const ids = Array.from({ length: 2500 }, (_, i) => `e${String(i).padStart(4, '0')}`)
  const { wakeUps, woken, taking } = open(0, Object.fromEntries(ids.map((id, i) => [id, NOON - 1 - (i % 3)])))
  taking.on = false
  wakeUps.lookUp()
  await vi.advanceTimersByTimeAsync(4999)
  expect(woken.toSorted()).toEqual(ids)
  await vi.advanceTimersByTimeAsync(1)
  expect(woken).toHaveLength(5000)
  await wakeUps.close()
})

it('wakes due executions at the first lookup, and later ones at their time', async () => {
  const { wakeUps, woken } = open(0, { past: NOON - 1, soon: NOON + 1234, later: NOON + 8000 })
  wakeUps.lookUp()
  await vi.advanceTimersByTimeAsync(1)
  expect(woken).toEqual(['past'])
  await vi.advanceTimersByTimeAsync(1232)
  expect(woken).toEqual(['past'])
  await vi.advanceTimersByTimeAsync(1)
  expect(woken).toEqual(['past', 'soon'])
  await vi.advanceTimersByTimeAsync(8000 - 1234)
  expect(woken).toEqual(['past', 'soon', 'later'])
  await wakeUps.close()
  expect(vi.getTimerCount()).toBe(0)
})

it('uses the clock of the database', async () => {
  const { wakeUps, woken } = open(-60_000, { a: NOON + 1000 })
  wakeUps.lookUp()
  await wakeUps.clockSet()
  expect(wakeUps.now()).toBe(NOON - 60_000)
  await vi.advanceTimersByTimeAsync(60_999)
  expect(woken).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(woken).toEqual(['a'])
  await wakeUps.close()
})

it('keeps its own clock if the difference is within the uncertainty', async () => {
  const { wakeUps } = open(1, {})
  wakeUps.lookUp()
  await wakeUps.clockSet()
  expect(wakeUps.now()).toBe(NOON)
  await wakeUps.close()
})

it('finds executions that other workers release after the database did not respond', async () => {
  const wakeAt: Record<string, number> = {}
  const { wakeUps, woken, answers } = open(0, wakeAt)
  answers.ok = false
  wakeUps.lookUp()
  await vi.advanceTimersByTimeAsync(4000)
  answers.ok = true
  wakeAt.a = NOON + 7000
  await vi.advanceTimersByTimeAsync(2999)
  expect(woken).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(woken).toEqual(['a'])
  await wakeUps.close()
})
