import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import {
  dateInput,
  disambiguation,
  parseMoment,
  reject,
  showMoment,
  showText,
  timezone,
  type Disambiguation,
} from './calendar/index.ts'

const amount = (unit: string) => z.int().default(0).describe(`How many ${unit} to add; less than 0 to subtract.`)

const UNITS = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds'] as const

export const addToDate = defineBlock({
  id: '71a21b81-ce0a-4fc5-bb1e-1ffb4c5cc2d6',
  name: 'add-to-date',
  description: 'Add calendar units and time to a date, or subtract them.',
  category: 'TIME',
  common: true,
  synonyms: ['date math', 'plus days', 'minus days', 'subtract time', 'shift date', 'tomorrow', 'yesterday', 'date calculation'],
  input: z.object({
    date: dateInput,
    years: amount('years'),
    months: amount('months'),
    weeks: amount('weeks'),
    days: amount('calendar days'),
    hours: amount('hours of 60 minutes'),
    minutes: amount('minutes'),
    seconds: amount('seconds'),
    duration: z.string().default('').describe('An ISO 8601 duration such as P1M2DT3H or -P7D to add as well.'),
    overflow: z
      .enum(['constrain', 'reject'])
      .default('constrain')
      .describe('For 31 January plus one month: use the last day of February, or fail.'),
    timezone,
    disambiguation,
  }),
  output: z.object({
    result: z
      .string()
      .describe(
        'A date, if the input is a date and only years to days are added. Otherwise a date and time with its offset. Adding years to days keeps the time of day, unless the clock skips it.',
      ),
  }),
  tests: [
    {
      name: 'a day keeps the time of day across a clock change',
      input: { date: '2026-03-28T12:00', days: 1, timezone: 'Europe/Berlin' },
      output: [['result', '2026-03-29T12:00:00+02:00']],
    },
    {
      name: 'hours are elapsed time',
      input: { date: '2026-03-28T12:00', hours: 24, timezone: 'Europe/Berlin' },
      output: [['result', '2026-03-29T13:00:00+02:00']],
    },
    { input: { date: '2026-01-31', months: 1 }, output: [['result', '2026-02-28']] },
    { input: { date: '2024-02-29', years: -1, days: -1 }, output: [['result', '2023-02-27']] },
    { input: { date: '2026-03-01', duration: '-P1W' }, output: [['result', '2026-02-22']] },
    { input: { date: '2026-03-01', minutes: 90 }, output: [['result', '2026-03-01T01:30:00+00:00']] },
    {
      input: { date: '2026-01-31', months: 1, overflow: 'reject' },
      output: [['error', (message) => message.startsWith('date must have a day of this number after P1M, got "2026-01-31"')]],
    },
    {
      name: 'a skipped time of day becomes the later time, or an error',
      input: { date: '2026-03-28T02:30', days: 1, timezone: 'Europe/Berlin' },
      output: [['result', '2026-03-29T03:30:00+02:00']],
    },
    {
      input: { date: '2026-03-28T02:30', days: 1, timezone: 'Europe/Berlin', disambiguation: 'reject' },
      output: [['error', (message) => message.startsWith('result must be a time that clocks in Europe/Berlin show once')]],
    },
    {
      input: { date: '2026-01-31', months: 1, days: -1 },
      output: [['error', (message) => message.startsWith('the amounts must all be positive or all be negative')]],
    },
    {
      input: { date: '2026-01-31', duration: '1 day' },
      output: [['error', (message) => message.startsWith('duration must be an ISO 8601 duration like P1DT2H, got "1 day"')]],
    },
  ],
  *run({ date, duration, overflow, timezone, disambiguation, ...amounts }) {
    const { zoned, isDate } = parseMoment('date', date, { timezone, disambiguation })
    const sum = addAmounts(duration, amounts)
    const isWhole = isDate && sum.hours === 0 && sum.minutes === 0 && sum.seconds === 0 && sum.milliseconds === 0
    const complaint = `date must have a day of this number after ${sum.toString()}, got ${showText(date)}`
    if (!isWhole)
      yield ['result', showMoment({ zoned: reject(complaint, () => add(zoned, sum, overflow, disambiguation)), isDate: false })]
    else yield ['result', reject(complaint, () => zoned.toPlainDate().add(sum, { overflow })).toString()]
  },
})

function addAmounts(text: string, amounts: Record<(typeof UNITS)[number], number>): Temporal.Duration {
  const complaint = `duration must be an ISO 8601 duration like P1DT2H, got ${showText(text)}`
  const duration = reject(complaint, () => Temporal.Duration.from(text || 'PT0S'))
  const sums = Object.fromEntries(UNITS.map((unit) => [unit, duration[unit] + amounts[unit]]))
  return reject('the amounts must all be positive or all be negative', () => duration.with(sums))
}

/**
 * Adds the calendar units first and the time second, like `Temporal.ZonedDateTime`, which does not support other
 * disambiguations.
 */
function add(from: Temporal.ZonedDateTime, sum: Temporal.Duration, overflow: 'constrain' | 'reject', how: Disambiguation) {
  const { years, months, weeks, days } = sum
  const time = sum.with({ years: 0, months: 0, weeks: 0, days: 0 })
  if (years === 0 && months === 0 && weeks === 0 && days === 0) return from.add(time)
  const shown = from.toPlainDateTime().add({ years, months, weeks, days }, { overflow })
  const complaint = `result must be a time that clocks in ${from.timeZoneId} show once, got ${showText(shown.toString())}`
  return reject(complaint, () => shown.toZonedDateTime(from.timeZoneId, { disambiguation: how })).add(time)
}
