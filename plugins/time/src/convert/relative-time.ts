import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { dateInput, parseMoment, timezone } from '../calendar/index.ts'
import { checkLanguage, languagePin } from './language.ts'

const UNITS = ['year', 'month', 'week', 'day', 'hour', 'minute', 'second'] as const

export const relativeTime = defineBlock({
  id: 'cc5cf011-7f2f-45ce-982c-de5dae580e10',
  name: 'relative-time',
  description: 'Write when a date is from now: "in 3 days", "yesterday", "2 hours ago".',
  category: 'TIME',
  icon: 'history',
  synonyms: ['time ago', 'from now', 'humanize date', 'moment fromnow', 'timeago', 'relative date', 'days ago', 'how long ago'],
  input: z.object({
    date: dateInput,
    now: z.union([z.string(), z.number()]).default('').describe('The date to compare with. By default the current time.'),
    language: languagePin,
    timezone,
    numeric: z.boolean().default(false).describe('Always use numbers: "1 day ago" instead of "yesterday".'),
  }),
  output: z.object({
    text: z.string().describe('The text.'),
    seconds: z.number().describe('The seconds from now, less than 0 for the past.'),
  }),
  tests: [
    {
      input: { date: '2026-04-01T12:00Z' },
      now: '2026-03-29T12:00:00Z',
      output: [
        ['text', 'in 3 days'],
        ['seconds', 259_200],
      ],
    },
    {
      input: { date: '2026-03-28T18:00Z', now: '2026-03-29T18:00Z' },
      output: [
        ['text', 'yesterday'],
        ['seconds', -86_400],
      ],
    },
    {
      input: { date: '2026-03-29T10:20Z', now: '2026-03-29T12:30Z', language: 'de' },
      output: [
        ['text', 'vor 2 Stunden'],
        ['seconds', -7800],
      ],
    },
    {
      input: { date: '2025-03-01', now: '2026-03-29', numeric: true },
      output: [
        ['text', '1 year ago'],
        ['seconds', -33_955_200],
      ],
    },
    {
      input: { date: 0, now: 400 },
      output: [
        ['text', 'now'],
        ['seconds', -0.4],
      ],
    },
    {
      name: 'a date without a time is a whole day',
      input: { date: '2026-12-01', now: '2026-11-30T19:00:00Z' },
      output: [
        ['text', 'tomorrow'],
        ['seconds', 18_000],
      ],
    },
    {
      name: 'the date of today',
      input: { date: '2026-11-30', now: '2026-11-30T19:00:00Z' },
      output: [
        ['text', 'today'],
        ['seconds', -68_400],
      ],
    },
  ],
  *run({ date, now, language, timezone, numeric }) {
    checkLanguage(language)
    const { zoned, isDate } = parseMoment('date', date, { timezone })
    const from = parseMoment('now', now === '' ? Date.now() : now, { timezone: zoned.timeZoneId }).zoned
    // A date without a time is a whole day: tomorrow is in one day, at any time of today.
    const duration = (isDate ? from.startOfDay() : from).until(zoned, { largestUnit: 'years' })
    const amounts = {
      year: duration.years,
      month: duration.months,
      week: Math.trunc(duration.days / 7),
      day: duration.days,
      hour: duration.hours,
      minute: duration.minutes,
      second: duration.seconds,
    }
    const unit = UNITS.find((each) => amounts[each] !== 0) ?? (isDate ? 'day' : 'second')
    yield ['text', new Intl.RelativeTimeFormat(language, { numeric: numeric ? 'always' : 'auto' }).format(amounts[unit], unit)]
    yield ['seconds', (zoned.epochMilliseconds - from.epochMilliseconds) / 1000]
  },
})
