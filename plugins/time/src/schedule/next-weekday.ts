import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { dateInput, disambiguation, parseMoment, showMoment, timezone } from '../calendar/index.ts'

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const

export const nextWeekday = defineBlock({
  id: '405b93a7-30a7-4faf-95f9-cb8c073f8937',
  name: 'next-weekday',
  description: 'Find the next or the previous Monday, Tuesday and so on, or the n-th of a month.',
  category: 'TIME',
  icon: 'calendar-arrow-up',
  synonyms: ['next monday', 'last friday', 'first monday of month', 'third thursday', 'weekday', 'upcoming day', 'nth weekday'],
  input: z.object({
    date: dateInput,
    weekday: z.enum(DAYS).describe('The weekday.'),
    which: z
      .enum([
        'next',
        'this_or_next',
        'previous',
        'first_of_month',
        'second_of_month',
        'third_of_month',
        'fourth_of_month',
        'last_of_month',
      ])
      .default('next')
      .describe('Which one: after the date, on or after it, before it, or in the month of the date.'),
    timezone,
    disambiguation,
  }),
  output: z.object({ result: z.string().describe('The date, or the date and the same time of day with its offset.') }),
  tests: [
    { input: { date: '2026-03-27', weekday: 'friday' }, output: [['result', '2026-04-03']] },
    { input: { date: '2026-03-27', weekday: 'friday', which: 'this_or_next' }, output: [['result', '2026-03-27']] },
    { input: { date: '2026-03-27', weekday: 'saturday', which: 'previous' }, output: [['result', '2026-03-21']] },
    { input: { date: '2026-11-10', weekday: 'thursday', which: 'fourth_of_month' }, output: [['result', '2026-11-26']] },
    { input: { date: '2026-03-10', weekday: 'sunday', which: 'last_of_month' }, output: [['result', '2026-03-29']] },
    {
      input: { date: '2026-03-27T12:00', weekday: 'sunday', timezone: 'Europe/Berlin' },
      output: [['result', '2026-03-29T12:00:00+02:00']],
    },
  ],
  *run({ date, weekday, which, ...reading }) {
    const { zoned, isDate } = parseMoment('date', date, reading)
    const day = find(zoned.toPlainDate(), DAYS.indexOf(weekday) + 1, which)
    const moment = isDate
      ? day.toZonedDateTime(zoned.timeZoneId)
      : day.toPlainDateTime(zoned.toPlainTime()).toZonedDateTime(zoned.timeZoneId, reading)
    yield ['result', showMoment({ zoned: moment, isDate })]
  },
})

const WEEKS: Readonly<Record<string, number>> = { first_of_month: 0, second_of_month: 1, third_of_month: 2, fourth_of_month: 3 }

function find(date: Temporal.PlainDate, weekday: number, which: string): Temporal.PlainDate {
  const onOrAfter = (from: Temporal.PlainDate) => from.add({ days: (weekday - from.dayOfWeek + 7) % 7 })
  switch (which) {
    case 'next':
      return onOrAfter(date.add({ days: 1 }))
    case 'this_or_next':
      return onOrAfter(date)
    case 'previous':
      return onOrAfter(date.subtract({ days: 7 }))
    case 'last_of_month':
      return onOrAfter(date.with({ day: 1 }).add({ months: 1 }).subtract({ days: 7 }))
    default:
      return onOrAfter(date.with({ day: 1 })).add({ days: 7 * (WEEKS[which] ?? 0) })
  }
}
