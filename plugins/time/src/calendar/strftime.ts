import { DAYS, MONTHS, SHORTHANDS } from './directives.ts'

/** Formats a moment by a strftime format of Python and glibc, in English. Unknown directives remain unchanged. */
export function strftime(format: string, moment: Temporal.ZonedDateTime): string {
  return format.replace(/%([-_0]?)([^])/gu, (directive, flag: string, letter: string) => {
    const shorthand = SHORTHANDS[letter]
    if (shorthand !== undefined && flag === '') return strftime(shorthand, moment)
    const number = NUMBERS[letter]?.(moment)
    if (number) return pad(number, flag)
    return (flag === '' ? TEXTS[letter]?.(moment) : undefined) ?? directive
  })
}

type Padded = [value: number, width: number, fill?: ' ' | '0']

const NUMBERS: Record<string, (moment: Temporal.ZonedDateTime) => Padded> = {
  Y: ({ year }) => [year, 4],
  y: ({ year }) => [year % 100, 2],
  G: ({ yearOfWeek = 0 }) => [yearOfWeek, 4],
  g: ({ yearOfWeek = 0 }) => [yearOfWeek % 100, 2],
  m: ({ month }) => [month, 2],
  d: ({ day }) => [day, 2],
  e: ({ day }) => [day, 2, ' '],
  H: ({ hour }) => [hour, 2],
  k: ({ hour }) => [hour, 2, ' '],
  I: ({ hour }) => [hour % 12 || 12, 2],
  l: ({ hour }) => [hour % 12 || 12, 2, ' '],
  M: ({ minute }) => [minute, 2],
  S: ({ second }) => [second, 2],
  f: ({ millisecond, microsecond }) => [millisecond * 1000 + microsecond, 6],
  j: ({ dayOfYear }) => [dayOfYear, 3],
  V: ({ weekOfYear = 0 }) => [weekOfYear, 2],
  // The week of the year: days before the first Sunday or Monday are in week 0.
  U: ({ dayOfYear, dayOfWeek }) => [Math.floor((dayOfYear + 6 - (dayOfWeek % 7)) / 7), 2],
  W: ({ dayOfYear, dayOfWeek }) => [Math.floor((dayOfYear + 7 - dayOfWeek) / 7), 2],
}

const TEXTS: Record<string, (moment: Temporal.ZonedDateTime) => string> = {
  A: (moment) => DAYS[moment.dayOfWeek % 7] ?? '',
  a: (moment) => (DAYS[moment.dayOfWeek % 7] ?? '').slice(0, 3),
  B: (moment) => MONTHS[moment.month - 1] ?? '',
  b: (moment) => (MONTHS[moment.month - 1] ?? '').slice(0, 3),
  p: ({ hour }) => (hour < 12 ? 'AM' : 'PM'),
  u: ({ dayOfWeek }) => String(dayOfWeek),
  w: ({ dayOfWeek }) => String(dayOfWeek % 7),
  s: ({ epochMilliseconds }) => String(Math.floor(epochMilliseconds / 1000)),
  z: ({ offset }) => offset.replaceAll(':', ''),
  Z: zoneName,
  '%': () => '%',
}

/** @param flag `-` for no padding, `_` for spaces, `0` for zeros */
function pad([value, width, fill = '0']: Padded, flag: string): string {
  const sign = value < 0 ? '-' : ''
  const digits = String(Math.abs(value))
  if (flag === '-') return sign + digits
  const filling = flag === '_' ? ' ' : flag === '0' ? '0' : fill
  return filling === '0' ? sign + digits.padStart(width - sign.length, '0') : (sign + digits).padStart(width, ' ')
}

/** Returns the name of the time zone at the moment: `UTC`, `EST`, `GMT+2`. */
function zoneName({ timeZoneId, epochMilliseconds }: Temporal.ZonedDateTime): string {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: timeZoneId, timeZoneName: 'short' })
  return format.formatToParts(epochMilliseconds).find(({ type }) => type === 'timeZoneName')?.value ?? timeZoneId
}
