import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { dateInput, parseMoment, showMoment, timezone, nextPeriod, startOfPeriod, UNITS } from './calendar/index.ts'

export const periodOfDate = defineBlock({
  id: '68207e7e-4d23-4822-8316-828dc25b5c27',
  name: 'period-of-date',
  description: 'Find the start and the end of the period (day, week, month and so on) that contains a date.',
  category: 'TIME',
  synonyms: [
    'start of day',
    'end of month',
    'quarter',
    'week',
    'beginning of month',
    'year',
    'date range',
    'floor date',
    'truncate date',
  ],
  input: z.object({
    date: dateInput,
    unit: z.enum(UNITS).describe('Unit of the period.'),
    week_start: z.int().min(1).max(7).default(1).describe('The first day of a week: 1 is Monday, 7 is Sunday.'),
    timezone,
  }),
  output: z.object({
    start: z.string().describe('The first day of the period, or its first moment for a date and time.'),
    end: z.string().describe('The last day of the period, or its last millisecond for a date and time.'),
    next: z.string().describe('The start of the next period.'),
  }),
  tests: [
    {
      input: { date: '2024-02-10', unit: 'month' },
      output: [
        ['start', '2024-02-01'],
        ['end', '2024-02-29'],
        ['next', '2024-03-01'],
      ],
    },
    {
      name: 'the length of a day follows the time zone',
      input: { date: '2026-03-29T12:00', unit: 'day', timezone: 'Europe/Berlin' },
      output: [
        ['start', '2026-03-29T00:00:00+01:00'],
        ['end', '2026-03-29T23:59:59.999+02:00'],
        ['next', '2026-03-30T00:00:00+02:00'],
      ],
    },
    {
      input: { date: '2026-03-29', unit: 'week', week_start: 7 },
      output: [
        ['start', '2026-03-29'],
        ['end', '2026-04-04'],
        ['next', '2026-04-05'],
      ],
    },
    {
      input: { date: '2026-05-31', unit: 'quarter' },
      output: [
        ['start', '2026-04-01'],
        ['end', '2026-06-30'],
        ['next', '2026-07-01'],
      ],
    },
    {
      input: { date: '2026-05-31T10:59:30+05:30', unit: 'hour' },
      output: [
        ['start', '2026-05-31T10:00:00+05:30'],
        ['end', '2026-05-31T10:59:59.999+05:30'],
        ['next', '2026-05-31T11:00:00+05:30'],
      ],
    },
    {
      input: { date: '2026-05-31', unit: 'hour' },
      output: [['error', 'date must have a time of day for the unit "hour", got "2026-05-31"']],
    },
  ],
  *run({ date, unit, week_start: weekStart, timezone }) {
    const { zoned, isDate } = parseMoment('date', date, { timezone })
    if (isDate && ['hour', 'minute', 'second'].includes(unit))
      throw new Error(`date must have a time of day for the unit "${unit}", got ${JSON.stringify(date)}`)
    const start = startOfPeriod(zoned, unit, weekStart)
    const next = nextPeriod(start, unit)
    yield ['start', showMoment({ zoned: start, isDate })]
    yield ['end', showMoment({ zoned: next.subtract(isDate ? { days: 1 } : { milliseconds: 1 }), isDate })]
    yield ['next', showMoment({ zoned: next, isDate })]
  },
})
