import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { planWith } from '../../../engine/simulation/fake-blocks.ts'
import { ArrivalPairing, Tag } from '../../../engine/pairing/index.ts'
import { ProgressReports } from './progress-reports.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function open(): {
  reports: ProgressReports
  take: (fraction: number, note?: string) => void
  reported: unknown[]
  end: () => void
} {
  const { nodes } = planWith({ a: { run: () => ({ pairs: [] }) } }, { nodes: [{ id: 'a', block: 'a' }] })
  const [run] = nodes.map((node) => new ArrivalPairing(node, new Tag()).start())
  if (!run) throw new Error('no node')
  const reported: unknown[] = []
  const reports = new ProgressReports(({ node, n }, { fraction, note }) => reported.push([`${node.id}.${n}`, fraction, note]))
  return {
    reports,
    take: (fraction, note = '') => reports.take(run, { fraction, note }),
    reported,
    end: () => reports.flush(run),
  }
}

it('passes on the first report immediately, and the newest of those within 200 ms', () => {
  const { take, reported } = open()
  for (const fraction of [0.1, 0.2, 0.3]) take(fraction)
  expect(reported).toEqual([['a.1', 0.1, '']])
  vi.advanceTimersByTime(199)
  expect(reported).toHaveLength(1)
  vi.advanceTimersByTime(1)
  expect(reported.slice(1)).toEqual([['a.1', 0.3, '']])
  take(0.4)
  vi.advanceTimersByTime(200)
  expect(reported.slice(2)).toEqual([['a.1', 0.4, '']])
  vi.advanceTimersByTime(1000)
  take(0.5)
  expect(reported.slice(3)).toEqual([['a.1', 0.5, '']])
})

it('passes on the last report before the end, and leaves no timer', () => {
  const { take, reported, end } = open()
  take(0.1)
  take(1, 'done')
  end()
  expect(reported).toEqual([
    ['a.1', 0.1, ''],
    ['a.1', 1, 'done'],
  ])
  expect(vi.getTimerCount()).toBe(0)
})

it('ignores invalid fractions and truncates long notes', () => {
  const { reports, take, reported } = open()
  for (const wrong of [Number.NaN, -0.1, 1.1, Infinity]) take(wrong)
  take(0, 'x'.repeat(1000))
  expect(reported).toEqual([['a.1', 0, 'x'.repeat(200)]])
  reports.stop()
  expect(vi.getTimerCount()).toBe(0)
})
