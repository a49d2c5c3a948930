import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addToDate } from './add-to-date.ts'
import { compareDates } from './compare-dates.ts'
import { dateDifference } from './date-difference.ts'
import { formatDate } from './format-date.ts'
import { parseDate } from './parse-date.ts'
import { periodOfDate } from './period-of-date.ts'
import { UNITS } from './calendar/index.ts'

const ZONES = [
  'UTC',
  'Europe/Athens',
  'America/New_York',
  'America/Sao_Paulo', // clock changes at midnight
  'Australia/Lord_Howe', // clock changes of half an hour
  'Asia/Kathmandu',
  'Pacific/Apia', // skipped a day
  'Africa/Casablanca',
]

const zone = fc.constantFrom(...ZONES)
/** 1972 to 2040, in whole seconds: before 1972 some offsets have seconds, which ISO 8601 cannot write. */
const seconds = fc.integer({ min: 63_072_000, max: 2_208_988_800 })
/** Mostly near clock changes of this century. */
const moment = fc
  .tuple(seconds, zone)
  .map(([at, timezone]) => ({ timezone, zoned: Temporal.Instant.fromEpochMilliseconds(at * 1000).toZonedDateTimeISO(timezone) }))

test('adding days keeps the time of day, unless the clock skips it', () => {
  fc.assert(
    fc.property(moment, fc.integer({ min: -4000, max: 4000 }), ({ timezone, zoned }, days) => {
      const result = Temporal.PlainDateTime.from(String(run(addToDate, { date: text(zoned), days, timezone }).result))
      const wanted = zoned.toPlainDateTime().add({ days })
      const isSkipped = !wanted.toZonedDateTime(timezone).toPlainDateTime().equals(wanted)
      expect(result.equals(wanted)).toBe(!isSkipped)
    }),
    { numRuns: 500 },
  )
})

test('a formatted date parses to the same moment', () => {
  const formats = [
    '%Y-%m-%dT%H:%M:%S.%f%z',
    '%A, %-d %B %Y, %I:%M:%S %p %z',
    '%c %z',
    '%s',
    '%G week %V day %u %T %z',
    '%Y %j %H%M%S %z',
    '%D %X %z',
    '%n%e.%b %Y%t%r (%z) 100%%',
  ]
  fc.assert(
    fc.property(moment, fc.constantFrom(...formats), ({ timezone, zoned }, format) => {
      const written = run(formatDate, { date: text(zoned), format, timezone }).text
      expect(run(parseDate, { text: written, format, timezone }).date_time).toBe(text(zoned))
    }),
    { numRuns: 1000 },
  )
})

test('adding the difference of two moments to the first results in the second', () => {
  fc.assert(
    fc.property(
      moment,
      seconds,
      fc.constantFrom('years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds'),
      ({ timezone, zoned }, at, unit) => {
        const end = Temporal.Instant.fromEpochMilliseconds(at * 1000).toZonedDateTimeISO(timezone)
        const pins = { start: text(zoned), end: text(end), largest_unit: unit, timezone }
        const { duration } = run(dateDifference, pins)
        const result = run(addToDate, { date: text(zoned), duration, timezone }).result
        expect(run(compareDates, { a: result, b: text(end) })).toEqual({ order: 0, relation: 'equal' })
      },
    ),
    { numRuns: 500 },
  )
})

test('a period contains its moment and ends when the next period starts', () => {
  fc.assert(
    fc.property(moment, fc.constantFrom(...UNITS), fc.integer({ min: 1, max: 7 }), ({ timezone, zoned }, unit, weekStart) => {
      const { start, end, next } = run(periodOfDate, { date: text(zoned), unit, week_start: weekStart, timezone })
      const [first, last, after] = [start, end, next].map((each) => Temporal.Instant.from(String(each)).epochMilliseconds)
      expect(first).toBeLessThanOrEqual(zoned.epochMilliseconds)
      expect(last).toBeGreaterThanOrEqual(zoned.epochMilliseconds)
      expect(after).toBe(Number(last) + 1)
    }),
    { numRuns: 1000 },
  )
})

test('an offset next to a zone selects one of two times', () => {
  const read = (date: string) => run(formatDate, { date, format: '%F %R %z' }).text
  expect(read('2026-10-25T02:30+01:00[Europe/Berlin]')).toBe('2026-10-25 02:30 +0100')
  expect(read('2026-10-25T02:30+02:00[Europe/Berlin]')).toBe('2026-10-25 02:30 +0200')
  expect(() => read('2026-10-25T02:30+05:00[Europe/Berlin]')).toThrow('date must be an ISO 8601 date')
  expect(read('2026-10-25T02:30Z[Europe/Berlin]')).toBe('2026-10-25 03:30 +0100')
  expect(read('2026-10-25[Etc/GMT0]')).toBe('2026-10-25 00:00 +0000')
})

test.each([
  ['Mon 2026-03-29', '%a %Y-%m-%d', 'text must name the weekday of its date, which is Sunday, got "Mon 2026-03-29"'],
  ['03-29', '%m-%d', 'format must have a year, got "%m-%d"'],
  ['2026-03-29 07', '%Y-%m-%d %I', 'format must have %p with %I, got "%Y-%m-%d %I"'],
  ['2026-366', '%Y-%j', 'text must be a date of the calendar, got "2026-366"'],
  ['2026-W54-1', '%G-W%V-%u', 'text must be a date of the calendar, got "2026-W54-1"'],
  ['2026-03-29 25:00', '%F %R', 'text must be a time of day'],
  ['2026 EST', '%Y %Z', 'text must name its time zone by UTC, GMT or a name like "Europe/Berlin", got "EST"'],
  ['2026 12', '%Y %U', 'format must not have the directive %U, which is not supported for parsing'],
  ['2026 2026', '%Y %Y', 'format must have the directive %Y only once'],
  ['2026-03-29x', '%Y-%m-%d', 'text must have the format "%Y-%m-%d", got "2026-03-29x"'],
])('rejects %j for the format %j', (text, format, message) => {
  expect(() => run(parseDate, { text, format })).toThrow(message)
})

test('parses two-digit years like POSIX, and names of zones', () => {
  expect(run(parseDate, { text: '1/2/68', format: '%d/%m/%y' }).date).toBe('2068-02-01')
  expect(run(parseDate, { text: '01/02/69', format: '%d/%m/%y' }).date).toBe('1969-02-01')
  expect(run(parseDate, { text: '2026-07-01 12:00 Europe/Berlin', format: '%F %R %Z' }).date_time).toBe(
    '2026-07-01T12:00:00+02:00',
  )
  expect(run(parseDate, { text: '2026-07-01 12:00 utc', format: '%F %R %Z' }).date_time).toBe('2026-07-01T12:00:00+00:00')
})

function text(zoned: Temporal.ZonedDateTime): string {
  return zoned.toString({ timeZoneName: 'never' })
}

interface AnyBlock {
  readonly input: { parse(input: unknown): unknown }
  run(input: never, context: never): unknown
}

function run(block: AnyBlock, input: unknown): Record<string, unknown> {
  return Object.fromEntries(block.run(block.input.parse(input) as never, undefined as never) as Iterable<[string, unknown]>)
}
