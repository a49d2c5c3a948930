import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { dateInput, parseMoment, timezone } from './calendar/index.ts'

const UNITS = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds'] as const

export const dateDifference = defineBlock({
  id: 'fc699e40-240f-459d-a7aa-336728da5c7c',
  name: 'date-difference',
  description: 'Compute the time from one date to another in calendar units.',
  category: 'TIME',
  common: true,
  synonyms: ['duration', 'days between', 'age', 'elapsed', 'time between', 'interval', 'date diff'],
  input: z.object({
    start: dateInput,
    end: dateInput,
    largest_unit: z.enum(UNITS).default('days').describe('The largest unit of the result.'),
    timezone,
  }),
  output: z.object({
    duration: z
      .string()
      .describe(
        'The difference as an ISO 8601 duration, such as P1M2DT3H. Adding it to start with add-to-date results in end. Negative if end is before start.',
      ),
    amounts: z
      .record(z.string(), z.number())
      .describe('The difference by unit: years, months, weeks, days, hours, minutes, seconds (with a fraction).'),
    total: z.number().describe('The difference in the largest unit, with a fraction.'),
  }),
  tests: [
    {
      input: { start: '2026-01-31', end: '2026-03-01', largest_unit: 'months' },
      output: [
        ['duration', 'P1M1D'],
        ['amounts', { years: 0, months: 1, weeks: 0, days: 1, hours: 0, minutes: 0, seconds: 0 }],
        ['total', (total: number) => total > 1.03 && total < 1.04],
      ],
    },
    {
      name: 'a day is a calendar day across a clock change',
      input: { start: '2026-03-28T12:00', end: '2026-03-29T12:00', timezone: 'Europe/Berlin' },
      output: [
        ['duration', 'P1D'],
        ['amounts', { years: 0, months: 0, weeks: 0, days: 1, hours: 0, minutes: 0, seconds: 0 }],
        ['total', 1],
      ],
    },
    {
      name: 'hours are elapsed time',
      input: { start: '2026-03-28T12:00', end: '2026-03-29T12:00:00.5', largest_unit: 'hours', timezone: 'Europe/Berlin' },
      output: [
        ['duration', 'PT23H0.5S'],
        ['amounts', { years: 0, months: 0, weeks: 0, days: 0, hours: 23, minutes: 0, seconds: 0.5 }],
        ['total', (total: number) => Math.abs(total - 23 - 0.5 / 3600) < 1e-9],
      ],
    },
    {
      input: { start: 86_400_000, end: '1970-01-01T00:00:00Z' },
      output: [
        ['duration', '-P1D'],
        ['amounts', { years: 0, months: 0, weeks: 0, days: -1, hours: 0, minutes: 0, seconds: 0 }],
        ['total', -1],
      ],
    },
    {
      input: { start: 'yesterday', end: '2026-01-01' },
      output: [['error', (message: string) => message.startsWith('start must be an ISO 8601 date like 2026-03-29T14:30')]],
    },
  ],
  *run({ start, end, largest_unit: largestUnit, timezone }) {
    const from = parseMoment('start', start, { timezone }).zoned
    const to = parseMoment('end', end, { timezone: from.timeZoneId }).zoned
    const duration = from.until(to, { largestUnit })
    yield ['duration', duration.toString()]
    yield ['amounts', toAmounts(duration)]
    yield ['total', duration.total({ unit: largestUnit, relativeTo: from })]
  },
})

function toAmounts(duration: Temporal.Duration): Record<string, number> {
  const fraction = duration.milliseconds / 1e3 + duration.microseconds / 1e6 + duration.nanoseconds / 1e9
  // Adding 0 converts -0 to 0.
  return { ...Object.fromEntries(UNITS.map((unit) => [unit, duration[unit] + 0])), seconds: duration.seconds + fraction + 0 }
}
