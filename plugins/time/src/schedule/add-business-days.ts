import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { dateInput, disambiguation, parseMoment, showMoment, timezone } from '../calendar/index.ts'
import { businessPins, createBusinessTest, MAX_DAYS } from './business-days.ts'

export const addBusinessDays = defineBlock({
  id: '0d30fda2-6248-47b8-9480-6926313b972b',
  name: 'add-business-days',
  description: 'Add working days to a date, or subtract them, without weekends and holidays.',
  category: 'TIME',
  icon: 'briefcase',
  synonyms: ['working days', 'workday', 'weekdays', 'skip weekend', 'due date', 'deadline', 'next business day', 'networkdays'],
  input: z.object({
    date: dateInput,
    days: z
      .int()
      .min(-MAX_DAYS)
      .max(MAX_DAYS)
      .describe('How many working days to add; less than 0 to subtract. 0 moves to the next working day if the date is not one.'),
    ...businessPins,
    timezone,
    disambiguation,
  }),
  output: z.object({ result: z.string().describe('The date, or the date and time with its offset.') }),
  tests: [
    { input: { date: '2026-12-23', days: 2, holidays: ['2026-12-25'] }, output: [['result', '2026-12-28']] },
    {
      input: { date: '2026-03-28T12:00', days: 0, timezone: 'Europe/Berlin' },
      output: [['result', '2026-03-30T12:00:00+02:00']],
    },
    { input: { date: '2026-03-30', days: -1 }, output: [['result', '2026-03-27']] },
    { input: { date: '2026-03-26', days: 1, weekend: [5, 6] }, output: [['result', '2026-03-29']] },
    {
      input: { date: '2026-03-26', days: 1, weekend: [1, 2, 3, 4, 5, 6, 7] },
      output: [['error', 'weekend must leave at least one day of the week']],
    },
    {
      input: { date: '2026-03-26', days: 1, holidays: ['x'] },
      output: [['error', (message: string) => message.startsWith('holidays[0] must be an ISO 8601 date')]],
    },
  ],
  *run({ date, days, holidays, weekend, ...reading }) {
    const { zoned, isDate } = parseMoment('date', date, reading)
    const isBusinessDay = createBusinessTest(holidays, weekend)
    const step = { days: days < 0 ? -1 : 1 }
    let day = zoned.toPlainDate()
    let left = Math.abs(days)
    for (let walked = 0; left > 0 || !isBusinessDay(day); walked++) {
      if (walked > MAX_DAYS * 7) throw new Error('the date is too far away')
      day = day.add(step)
      if (isBusinessDay(day)) left = Math.max(0, left - 1)
    }
    const result = isDate
      ? day.toZonedDateTime(zoned.timeZoneId)
      : day.toPlainDateTime(zoned.toPlainTime()).toZonedDateTime(zoned.timeZoneId, reading)
    yield ['result', showMoment({ zoned: result, isDate })]
  },
})
