import { timeFormatLocale, type TimeLocaleDefinition } from 'd3-time-format'
import { formatOffset, formatZoneName, type WallClock } from './wall-clock.ts'

/** Writes a moment by a strftime format as Python and glibc understand it, in English. Unknown directives stay as they are. */
export function strftime(format: string, clock: WallClock): string {
  const known = format.replace(/%(?:[-_0]?[^])?/g, (directive) => expand(directive, clock))
  return LOCALE.utcFormat(known)(clock.shown)
}

/** What the library does not know or, as it only sees what the clock shows, would get wrong. */
function expand(directive: string, clock: WallClock): string {
  switch (directive) {
    case '%z':
      return formatOffset(clock).replace(':', '')
    case '%Z':
      return formatZoneName(clock).replaceAll('%', '%%')
    case '%s':
      return String(Math.floor(clock.instant.getTime() / 1000))
    default:
      return SHORTHANDS[directive] ?? (/^%[-_0]?[aAbBcdefgGHIjmMpSuUVwWxXyY%]$/.test(directive) ? directive : `%${directive}`)
  }
}

const SHORTHANDS: Record<string, string> = {
  '%D': '%m/%d/%y',
  '%F': '%Y-%m-%d',
  '%T': '%H:%M:%S',
  '%R': '%H:%M',
  '%r': '%I:%M:%S %p',
  '%h': '%b',
  '%k': '%_H',
  '%l': '%_I',
  '%n': '\n',
  '%t': '\t',
}

const DAYS: TimeLocaleDefinition['days'] = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
) as TimeLocaleDefinition['months']

/** Python's "C" locale. */
const LOCALE = timeFormatLocale({
  dateTime: '%a %b %e %H:%M:%S %Y',
  date: '%m/%d/%y',
  time: '%H:%M:%S',
  periods: ['AM', 'PM'],
  days: DAYS,
  shortDays: DAYS.map((day) => day.slice(0, 3)) as TimeLocaleDefinition['days'],
  months: MONTHS,
  shortMonths: MONTHS.map((month) => month.slice(0, 3)) as TimeLocaleDefinition['months'],
})
