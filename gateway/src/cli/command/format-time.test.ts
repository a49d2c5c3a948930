import { afterEach, expect, it } from 'vitest'
import { formatTime } from './format-time.ts'

const before = process.env.TZ
afterEach(() => {
  if (before === undefined) delete process.env.TZ
  else process.env.TZ = before
})

it.each([
  ['UTC', '2026-11-30T02:24:10.987Z', '2026-11-30T02:24:10+00:00'],
  ['Asia/Kolkata', '2026-11-30T02:24:10.987Z', '2026-11-30T07:54:10+05:30'],
  ['America/New_York', '2026-07-01T00:00:00Z', '2026-06-30T20:00:00-04:00'],
])('formats a time in %s with its offset', (zone, time, expected) => {
  process.env.TZ = zone
  expect(formatTime(time)).toBe(expected)
})
