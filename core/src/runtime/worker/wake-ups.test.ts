import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Sleepers, type SleeperParts } from './wake-ups.ts'

const NOON = Date.parse('2026-03-01T12:00:00Z')

beforeEach(() => void vi.useFakeTimers({ now: NOON }))
afterEach(() => void vi.useRealTimers())

interface Opened {
  sleepers: Sleepers
  woken: string[]
  answers: { ok: boolean }
  /** What was woken is taken by a worker at once. */
  taking: { on: boolean }
}

/** A database whose clock is so far ahead, with executions to be woken at these times of its clock. */
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
    pool: { query } as unknown as SleeperParts['pool'],
    wake: (ids: readonly string[]) => Promise.resolve(void woken.push(...ids)),
    onError: () => {},
  }
  return { sleepers: new Sleepers(parts), woken, answers, taking }
}

it('wakes each of many once in a look, also where nobody takes them yet, and again at the next', async () => {
  const ids = Array.from({ length: 2500 }, (_, i) => `e${String(i).padStart(4, '0')}`)
  const { sleepers, woken, taking } = open(0, Object.fromEntries(ids.map((id, i) => [id, NOON - 1 - (i % 3)])))
  taking.on = false
  sleepers.look()
  await vi.advanceTimersByTimeAsync(4999)
  expect(woken.toSorted()).toEqual(ids)
  await vi.advanceTimersByTimeAsync(1)
  expect(woken).toHaveLength(5000)
  await sleepers.close()
})

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
