import { expect, test } from 'vitest'
import { strftime } from './strftime.ts'

const write = (format: string, timezone = 'UTC', instant = '2026-03-01T04:05:06.007Z') =>
  strftime(format, Temporal.Instant.from(instant).toZonedDateTimeISO(timezone))

test('formats every field of the calendar and the clock', () => {
  expect(write('%Y-%m-%d %H:%M:%S.%f')).toBe('2026-03-01 04:05:06.007000')
  expect(write('%a %A %b %B %y %I %p %j')).toBe('Sun Sunday Mar March 26 04 AM 060')
  expect(write('%u %w %U %W %V %G')).toBe('7 0 09 08 09 2026')
  expect(write('%c | %x | %X')).toBe('Sun Mar  1 04:05:06 2026 | 03/01/26 | 04:05:06')
})

test('supports the extensions of glibc', () => {
  expect(write('%F %T|%D %R|%r|%h|%k|%l|%e|%-d|%n%t')).toBe('2026-03-01 04:05:06|03/01/26 04:05|04:05:06 AM|Mar| 4| 4| 1|1|\n\t')
})

test('formats the local time and the name of a time zone', () => {
  expect(write('%F %T %z %Z', 'America/New_York')).toBe('2026-02-28 23:05:06 -0500 EST')
  expect(write('%F %T %z', 'Asia/Kolkata')).toBe('2026-03-01 09:35:06 +0530')
  expect(write('%s', 'Asia/Kolkata')).toBe('1772337906')
  expect(write('%z %Z')).toBe('+0000 UTC')
})

test('midnight is hour 00 of the next day', () => {
  expect(write('%F %H', 'Europe/Berlin', '2026-06-30T22:00:00Z')).toBe('2026-07-01 00')
})

test('preserves percent signs and unknown directives', () => {
  expect(write('100%% %i %')).toBe('100% %i %')
})

test('uses the offset at the moment, also before 1970', () => {
  expect(write('%z', 'America/St_Johns', '1969-12-31T23:59:59.500Z')).toBe('-0330')
})
