import { reject, showText } from '../calendar/index.ts'

export const DURATION_UNITS = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds', 'milliseconds'] as const
export type DurationUnit = (typeof DURATION_UNITS)[number]

const NAMES: Readonly<Record<string, DurationUnit>> = Object.fromEntries(
  Object.entries({
    years: 'y yr yrs year years',
    months: 'mo mos mon month months',
    weeks: 'w wk wks week weeks',
    days: 'd day days',
    hours: 'h hr hrs hour hours',
    minutes: 'm min mins minute minutes',
    seconds: 's sec secs second seconds',
    milliseconds: 'ms msec millisecond milliseconds',
  }).flatMap(([unit, names]) => names.split(' ').map((name) => [name, unit as DurationUnit])),
)

/**
 * Parses a duration: ISO 8601 (`P1DT2H`), in words (`1 day 2.5 hours`, `1d 2h`), or as a clock shows it (`1:30:00`).
 *
 * @throws {Error} when the text is not a duration
 */
export function parseDuration(pin: string, text: string): Temporal.Duration {
  const complaint = `${pin} must be a duration such as "P1DT2H", "1 day 2 hours" or "1:30:00", got ${showText(text)}`
  const trimmed = text.trim()
  if (/^[+-]?P/i.test(trimmed)) return reject(complaint, () => Temporal.Duration.from(trimmed))
  const clock = /^(-)?(?:(\d+):)?(\d{1,3}):(\d\d(?:\.\d{1,3})?)$/.exec(trimmed)
  if (clock) return readClock(clock)
  const sign = trimmed.startsWith('-') ? -1 : 1
  const words = trimmed.replace(/^[+-]\s*/, '').toLowerCase()
  if (words === '' || words.replace(/(\d+(?:\.\d+)?|\.\d+)\s*[a-z]+|[\s,]|\band\b/g, '') !== '') throw new Error(complaint)
  const sums = new Map<DurationUnit, number>()
  for (const [, amount, name = ''] of words.matchAll(/(\d+(?:\.\d+)?|\.\d+)\s*([a-z]+)/g)) {
    const unit = NAMES[name]
    if (!unit) throw new Error(complaint)
    for (const [part, value] of spread(unit, Number(amount), complaint)) sums.set(part, (sums.get(part) ?? 0) + sign * value)
  }
  return reject(complaint, () => Temporal.Duration.from(Object.fromEntries(sums)))
}

/** @returns the clock reading "minutes:seconds" or "hours:minutes:seconds" */
function readClock([, minus, hours, minutes, seconds]: RegExpExecArray): Temporal.Duration {
  const milliseconds = Math.round((Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000)
  const duration = Temporal.Duration.from({ milliseconds: minus === undefined ? milliseconds : -milliseconds })
  return duration.round({ largestUnit: 'hours' })
}

const FRACTIONS: Partial<Record<DurationUnit, readonly [DurationUnit, number]>> = {
  weeks: ['days', 7],
  days: ['hours', 24],
  hours: ['minutes', 60],
  minutes: ['seconds', 60],
  seconds: ['milliseconds', 1000],
}

/** Writes a fraction in smaller units: 1.5 hours are 1 hour and 30 minutes. */
function spread(unit: DurationUnit, amount: number, complaint: string): [DurationUnit, number][] {
  const whole = Math.floor(amount)
  const rest = Math.round((amount - whole) * 1e9) / 1e9
  if (rest === 0) return [[unit, whole]]
  const smaller = FRACTIONS[unit]
  if (unit === 'milliseconds') return [[unit, Math.round(amount)]]
  if (!smaller) throw new Error(`${complaint}; ${unit} must be a whole number`)
  return [[unit, whole], ...spread(smaller[0], rest * smaller[1], complaint)]
}
