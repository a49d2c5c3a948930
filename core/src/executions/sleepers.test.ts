import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Sleepers, type SleeperParts } from './sleepers.ts'

const NOON = Date.parse('2026-03-01T12:00:00Z')

beforeEach(() => void vi.useFakeTimers({ now: NOON }))
afterEach(() => void vi.useRealTimers())

/** A database whose clock is so far ahead, with executions to be woken at these times of its clock. */
function open(
  aheadMs: number,
  wakeAt: Record<string, number>,
): { sleepers: Sleepers; woken: string[]; answers: { ok: boolean } } {
  const woken: string[] = []
  const answers = { ok: true }
  const query = (): Promise<unknown> => {
    if (!answers.ok) return Promise.reject(new Error('no answer'))
    const now = Date.now() + aheadMs
    const times = Object.entries(wakeAt).filter(([id]) => !woken.includes(id))
    const next = Math.min(...times.flatMap(([, at]) => (at > now ? [at] : [])))
    const due = times.flatMap(([id, at]) => (at <= now ? [id] : []))
    return Promise.resolve({ rows: [{ now: new Date(now), next: next === Infinity ? null : new Date(next), due }] })
  }
  const parts = {
    pool: { query } as unknown as SleeperParts['pool'],
    wake: (ids: readonly string[]) => Promise.resolve(void woken.push(...ids)),
    onError: () => {},
  }
  return { sleepers: new Sleepers(parts), woken, answers }
}

it('wakes what is due when it looks first, and the next just when it is due', async () => {
  const { sleepers, woken } = open(0, { past: NOON - 1, soon: NOON + 1234, later: NOON + 8000 })
  sleepers.look()
  await vi.advanceTimersByTimeAsync(1)
  expect(woken).toEqual(['past'])
  await vi.advanceTimersByTimeAsync(1232)
  expect(woken).toEqual(['past'])
  await vi.advanceTimersByTimeAsync(1)
  expect(woken).toEqual(['past', 'soon'])
  await vi.advanceTimersByTimeAsync(8000 - 1234)
  expect(woken).toEqual(['past', 'soon', 'later'])
  await sleepers.close()
  expect(vi.getTimerCount()).toBe(0)
})

it('goes by the clock of the database', async () => {
  const { sleepers, woken } = open(-60_000, { a: NOON + 1000 })
  sleepers.look()
  await sleepers.clockKnown()
  expect(sleepers.now()).toBe(NOON - 60_000)
  await vi.advanceTimersByTimeAsync(60_999)
  expect(woken).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(woken).toEqual(['a'])
  await sleepers.close()
})

it('takes no other clock for one that may be the same', async () => {
  const { sleepers } = open(1, {})
  sleepers.look()
  await sleepers.clockKnown()
  expect(sleepers.now()).toBe(NOON)
  await sleepers.close()
})

it('finds what others gave back, and goes on after the database did not answer', async () => {
  const wakeAt: Record<string, number> = {}
  const { sleepers, woken, answers } = open(0, wakeAt)
  answers.ok = false
  sleepers.look()
  await vi.advanceTimersByTimeAsync(4000)
  answers.ok = true
  wakeAt.a = NOON + 7000
  await vi.advanceTimersByTimeAsync(2999)
  expect(woken).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(woken).toEqual(['a'])
  await sleepers.close()
})
