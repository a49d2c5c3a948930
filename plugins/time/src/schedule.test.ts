import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addToDate } from './add-to-date.ts'
import { convertZone, timestamp } from './convert/index.ts'
import { formatDuration, parseDurationBlock } from './durations/index.ts'
import { addBusinessDays, countBusinessDays, dateRange, nextCron, nextWeekday } from './schedule/index.ts'

const day = fc.integer({ min: 0, max: 40_000 }).map((days) => Temporal.PlainDate.from('1970-01-01').add({ days }).toString())
const seconds = fc.integer({ min: 63_072_000, max: 2_208_988_800 })
/** From 1973 on, the size of a timestamp shows its unit. */
const recent = fc.integer({ min: 100_000_000, max: 2_208_988_800 })
const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu')

test('a timestamp of a date is the timestamp, in each unit', () => {
  fc.assert(
    fc.property(recent, zone, fc.constantFrom(1, 1000, 1_000_000), (at, timezone, scale) => {
      const { date_time, seconds: whole } = run(timestamp, { value: at * scale, timezone })
      expect(whole).toBe(at)
      expect(run(timestamp, { value: date_time })).toMatchObject({ seconds: at, milliseconds: at * 1000 })
    }),
  )
})

test('a converted time is the same moment', () => {
  fc.assert(
    fc.property(seconds, zone, zone, (at, from, to) => {
      const there = run(convertZone, { date: at * 1000, from_timezone: from, timezone: to }).result
      expect(run(timestamp, { value: there }).seconds).toBe(at)
    }),
  )
})

test('parsing a formatted duration returns the duration', () => {
  const styles = fc.constantFrom('long', 'short', 'narrow', 'clock', 'iso')
  fc.assert(
    fc.property(fc.integer({ min: -1e7, max: 1e7 }), styles, (duration, style) => {
      const { text } = run(formatDuration, { duration, style })
      expect(run(parseDurationBlock, { text }).seconds).toBe(duration)
    }),
    { numRuns: 400 },
  )
})

test('counting the working days of a date plus n working days returns n', () => {
  fc.assert(
    fc.property(day, fc.integer({ min: 1, max: 300 }), fc.array(day, { maxLength: 5 }), (date, days, holidays) => {
      const start = run(addBusinessDays, { date, days: 0, holidays }).result
      const end = run(addBusinessDays, { date: start, days, holidays }).result
      expect(run(countBusinessDays, { start, end, holidays }).count).toBe(days)
    }),
  )
})

test('the dates of a range are those of adding the step', () => {
  fc.assert(
    fc.property(day, fc.integer({ min: 1, max: 20 }), fc.constantFrom('days', 'weeks', 'months'), (start, step, unit) => {
      const end = run(addToDate, { date: start, [unit]: step * 4 }).result
      const { list } = run(dateRange, { start, end, step: `${step} ${unit}` })
      expect(list).toEqual([0, 1, 2, 3, 4].map((i) => run(addToDate, { date: start, [unit]: step * i }).result))
    }),
    { numRuns: 50 },
  )
})

test('the next weekday is one of the next seven days', () => {
  fc.assert(
    fc.property(day, fc.constantFrom('monday', 'sunday'), (date, weekday) => {
      const next = Temporal.PlainDate.from(String(run(nextWeekday, { date, weekday }).result))
      expect(next.dayOfWeek).toBe(weekday === 'monday' ? 1 : 7)
      const { days } = Temporal.PlainDate.from(date).until(next)
      expect(days >= 1 && days <= 7).toBe(true)
    }),
  )
})

test.each([
  // The clock skips 02:30 on the first day, and shows it twice on the second.
  ['30 2 * * *', '2026-03-28T12:00+01:00', '2026-03-29T03:00:00+02:00'],
  ['30 2 * * *', '2026-10-24T12:00+02:00', '2026-10-25T02:30:00+02:00'],
])('runs %s after %s once', (expression, from, next) => {
  expect(run(nextCron, { expression, from, timezone: 'Europe/Berlin' }).next).toBe(next)
})

interface AnyBlock {
  readonly input: { parse(input: unknown): unknown }
  run(input: never, context: never): unknown
}

function run(block: AnyBlock, input: unknown): Record<string, unknown> {
  return Object.fromEntries(block.run(block.input.parse(input) as never, undefined as never) as Iterable<[string, unknown]>)
}
