import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { dateInput, disambiguation, parseMoment, reject, showMoment, showText, timezone } from '../calendar/index.ts'

const part = (description: string, max: number, min = 0) => z.int().min(min).max(max).optional().describe(description)

export const changeDate = defineBlock({
  id: 'a5762826-b929-4d95-8390-fa4046d4c367',
  name: 'change-date',
  description: 'Set the year, month, day or time of a date, or round it.',
  category: 'TIME',
  icon: 'calendar-cog',
  synonyms: [
    'set time',
    'set day',
    'replace date',
    'round time',
    'at 9 am',
    'first of month',
    'nearest 15 minutes',
    'build date',
  ],
  input: z.object({
    date: dateInput,
    year: part('The year.', 9999, 1),
    month: part('The month, 1 to 12.', 12, 1),
    day: part('The day, 1 to 31. If the month is shorter, its last day.', 31, 1),
    time: z
      .string()
      .default('')
      .meta({ description: 'The time of day.', examples: ['09:00'] }),
    round_to: z.enum(['none', 'day', 'hour', 'minute', 'second']).default('none').describe('Round to this unit.'),
    round_step: z
      .int()
      .min(1)
      .max(30)
      .default(1)
      .describe('Round to multiples, for example to 15 minutes. It must divide the next larger unit.'),
    round_mode: z.enum(['nearest', 'down', 'up']).default('nearest').describe('How to round.'),
    timezone,
    disambiguation,
  }),
  output: z.object({ result: z.string().describe('The date, or the date and time with its offset.') }),
  tests: [
    { input: { date: '2024-02-10', year: 2026, day: 31 }, output: [['result', '2026-02-28']] },
    {
      input: { date: '2026-03-29', time: '09:00', timezone: 'Europe/Berlin' },
      output: [['result', '2026-03-29T09:00:00+02:00']],
    },
    {
      input: { date: '2026-03-29T14:38Z', round_to: 'minute', round_step: 15 },
      output: [['result', '2026-03-29T14:45:00+00:00']],
    },
    {
      input: { date: '2026-03-29T14:38Z', round_to: 'hour', round_mode: 'down' },
      output: [['result', '2026-03-29T14:00:00+00:00']],
    },
    {
      input: { date: '2026-03-29', time: '25:00' },
      output: [['error', (message: string) => message.startsWith('time must be a time of day such as "09:00", got "25:00"')]],
    },
    {
      input: { date: '2026-03-29T14:38Z', round_to: 'minute', round_step: 7 },
      output: [['error', (message: string) => message.startsWith('round_step must divide the next larger unit, got 7')]],
    },
  ],
  *run({ date, year, month, day, time, round_to: unit, round_step: step, round_mode: mode, timezone, disambiguation }) {
    const { zoned, isDate } = parseMoment('date', date, { timezone, disambiguation })
    const parts = {
      ...(year !== undefined && { year }),
      ...(month !== undefined && { month }),
      ...(day !== undefined && { day }),
    }
    let result = Object.keys(parts).length > 0 ? zoned.with(parts, { disambiguation }) : zoned
    if (time !== '')
      result = reject(`time must be a time of day such as "09:00", got ${showText(time)}`, () =>
        setTime(result, time, disambiguation),
      )
    if (unit !== 'none')
      result = reject(`round_step must divide the next larger unit, got ${step}`, () => round(result, unit, step, mode))
    yield ['result', showMoment({ zoned: result, isDate: isDate && time === '' })]
  },
})

function setTime(
  moment: Temporal.ZonedDateTime,
  time: string,
  how: 'compatible' | 'earlier' | 'later' | 'reject',
): Temporal.ZonedDateTime {
  return moment
    .toPlainDate()
    .toPlainDateTime(Temporal.PlainTime.from(time))
    .toZonedDateTime(moment.timeZoneId, { disambiguation: how })
}

const MODES = { nearest: 'halfExpand', down: 'floor', up: 'ceil' } as const

function round(
  moment: Temporal.ZonedDateTime,
  unit: 'day' | 'hour' | 'minute' | 'second',
  step: number,
  mode: keyof typeof MODES,
): Temporal.ZonedDateTime {
  return moment.round({ smallestUnit: unit, roundingIncrement: step, roundingMode: MODES[mode] })
}
