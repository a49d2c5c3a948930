import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { dateInput, parseMoment, timezone } from '../calendar/index.ts'
import { businessPins, createBusinessTest, MAX_DAYS } from './business-days.ts'

export const countBusinessDays = defineBlock({
  id: '33bd14c4-1ba1-430c-9f1f-497e14905490',
  name: 'count-business-days',
  description: 'Count the working days between two dates, without weekends and holidays.',
  category: 'TIME',
  icon: 'briefcase',
  synonyms: ['working days between', 'networkdays', 'workdays', 'business days between', 'lead time', 'is business day'],
  input: z.object({
    start: dateInput,
    end: dateInput,
    include_end: z.boolean().default(false).describe('Whether the end counts. The start always counts.'),
    ...businessPins,
    timezone,
  }),
  output: z.object({
    count: z.int().describe('The number of working days. Less than 0 if the end is before the start.'),
    start_is_business_day: z.boolean().describe('Whether the start is a working day.'),
  }),
  tests: [
    {
      input: { start: '2026-12-21', end: '2026-12-28', holidays: ['2026-12-25'] },
      output: [
        ['count', 4],
        ['start_is_business_day', true],
      ],
    },
    {
      input: { start: '2026-03-28', end: '2026-03-30', include_end: true },
      output: [
        ['count', 1],
        ['start_is_business_day', false],
      ],
    },
    {
      input: { start: '2026-03-30', end: '2026-03-23' },
      output: [
        ['count', -5],
        ['start_is_business_day', true],
      ],
    },
    {
      input: { start: '1000-01-01', end: '2026-03-30' },
      output: [['error', 'end must be at most 100000 days from start, got 374827']],
    },
    {
      name: 'the start counts, also if the end is before it',
      input: { start: '2026-03-30', end: '2026-03-29' },
      output: [
        ['count', -1],
        ['start_is_business_day', true],
      ],
    },
  ],
  *run({ start, end, include_end: includeEnd, holidays, weekend, timezone }) {
    const isBusinessDay = createBusinessTest(holidays, weekend)
    const from = parseMoment('start', start, { timezone }).zoned.toPlainDate()
    const to = parseMoment('end', end, { timezone }).zoned.toPlainDate()
    const span = from.until(to, { largestUnit: 'days' }).days
    if (Math.abs(span) > MAX_DAYS) throw new Error(`end must be at most ${MAX_DAYS} days from start, got ${Math.abs(span)}`)
    const [step, length] = [span < 0 ? -1 : 1, Math.abs(span) + (includeEnd ? 1 : 0)]
    let count = 0
    for (let i = 0; i < length; i++) if (isBusinessDay(from.add({ days: i * step }))) count++
    // Adding 0 converts -0 to 0.
    yield ['count', (span < 0 ? -count : count) + 0]
    yield ['start_is_business_day', isBusinessDay(from)]
  },
})
