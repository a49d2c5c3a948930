import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { dateInput, parseMoment, showMoment, showText, timezone } from '../calendar/index.ts'
import { parseDuration } from '../durations/index.ts'

const MAX_DATES = 100_000

export const dateRange = defineBlock({
  id: 'bf96ee87-5e60-4c17-b66e-3ca3ffba4802',
  name: 'date-range',
  description: 'List all dates between two dates in steps, such as each day or each month.',
  category: 'TIME',
  categories: ['LOOP'],
  icon: 'calendar-range',
  synonyms: [
    'each day',
    'loop over dates',
    'calendar',
    'every month',
    'generate dates',
    'sequence of dates',
    'date series',
    'intervals',
  ],
  input: z.object({
    start: dateInput,
    end: dateInput,
    step: z
      .string()
      .default('1 day')
      .meta({ description: 'The step, such as "1 day", "2 weeks", "1 month" or "PT15M".', examples: ['1 month'] }),
    include_end: z.boolean().default(true).describe('Whether the end may be the last date.'),
    timezone,
  }),
  output: z.object({
    date: z.string().meta({ description: 'Each date, or date and time if the start has one.', many: true }),
    list: z.array(z.string()).describe('All dates in one list.'),
    count: z.int().describe('The number of dates.'),
  }),
  tests: [
    {
      name: 'the last days of months',
      input: { start: '2026-01-31', end: '2026-04-30', step: '1 month' },
      output: [
        ['date', '2026-01-31'],
        ['date', '2026-02-28'],
        ['date', '2026-03-31'],
        ['date', '2026-04-30'],
        ['list', ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30']],
        ['count', 4],
      ],
    },
    {
      name: 'days keep the time of day across a clock change',
      input: { start: '2026-03-28T12:00', end: '2026-03-30T12:00', timezone: 'Europe/Berlin', include_end: false },
      output: [
        ['date', '2026-03-28T12:00:00+01:00'],
        ['date', '2026-03-29T12:00:00+02:00'],
        ['list', ['2026-03-28T12:00:00+01:00', '2026-03-29T12:00:00+02:00']],
        ['count', 2],
      ],
    },
    {
      input: { start: '2026-03-02', end: '2026-03-01', step: '-P1D' },
      output: [
        ['date', '2026-03-02'],
        ['date', '2026-03-01'],
        ['list', ['2026-03-02', '2026-03-01']],
        ['count', 2],
      ],
    },
    {
      input: { start: '2026-03-02', end: '2026-03-01' },
      output: [
        ['list', []],
        ['count', 0],
      ],
    },
    { input: { start: '2026-03-02', end: '2026-03-01', step: 'PT0S' }, output: [['error', 'step must not be zero']] },
    {
      input: { start: '2026-01-01', end: '2027-01-01', step: '1 min' },
      output: [['error', 'step must give at most 100000 dates; use a larger step than "1 min"']],
    },
  ],
  *run({ start, end, step, include_end: includeEnd, timezone }) {
    const dates = listDates({ start, end, step, includeEnd, timezone })
    for (const date of dates) yield ['date', date]
    yield ['list', dates]
    yield ['count', dates.length]
  },
})

interface Range {
  readonly start: string | number
  readonly end: string | number
  readonly step: string
  readonly includeEnd: boolean
  readonly timezone: string
}

function listDates({ start, end, step, includeEnd, timezone }: Range): string[] {
  const first = parseMoment('start', start, { timezone })
  const last = parseMoment('end', end, { timezone: first.zoned.timeZoneId }).zoned
  const duration = parseDuration('step', step)
  if (duration.blank) throw new Error('step must not be zero')
  const isDate =
    first.isDate && duration.hours === 0 && duration.minutes === 0 && duration.seconds === 0 && duration.milliseconds === 0
  const dates: string[] = []
  for (let i = 0; ; i++) {
    // Each date is a multiple of the step after the start, so that months keep their day.
    const date = first.zoned.add(multiply(duration, i))
    const order = Temporal.ZonedDateTime.compare(date, last) * duration.sign
    if (order > 0 || (order === 0 && !includeEnd)) return dates
    if (i >= MAX_DATES) throw new Error(`step must give at most ${MAX_DATES} dates; use a larger step than ${showText(step)}`)
    dates.push(showMoment({ zoned: date, isDate }))
  }
}

function multiply(duration: Temporal.Duration, times: number): Temporal.Duration {
  const { years, months, weeks, days, hours, minutes, seconds, milliseconds } = duration
  const amounts = { years, months, weeks, days, hours, minutes, seconds, milliseconds }
  return Temporal.Duration.from(Object.fromEntries(Object.entries(amounts).map(([unit, amount]) => [unit, amount * times])))
}
