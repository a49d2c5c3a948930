import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { dateInput, parseMoment, timezone } from '../calendar/index.ts'
import { checkLanguage, languagePin } from './language.ts'

export const datePartsBlock = defineBlock({
  id: '625df668-7eeb-4303-8759-f6923b15a7a9',
  name: 'date-parts',
  description: 'Split a date into year, month, day, weekday, week number, hour and so on.',
  category: 'TIME',
  icon: 'calendar-1',
  synonyms: [
    'day of week',
    'weekday',
    'week number',
    'get year',
    'get month',
    'extract date',
    'quarter',
    'leap year',
    'day of year',
    'is weekend',
  ],
  input: z.object({ date: dateInput, timezone, language: languagePin }),
  output: z.object({
    year: z.int(),
    month: z.int().describe('1 to 12.'),
    day: z.int().describe('1 to 31.'),
    hour: z.int().describe('0 to 23.'),
    minute: z.int(),
    second: z.int(),
    weekday: z.int().describe('1 is Monday, 7 is Sunday.'),
    weekday_name: z.string().describe('The weekday in the language.'),
    month_name: z.string().describe('The month in the language.'),
    week: z.int().describe('The week of ISO 8601, 1 to 53.'),
    week_year: z.int().describe('The year that the week belongs to.'),
    quarter: z.int().describe('1 to 4.'),
    day_of_year: z.int().describe('1 to 366.'),
    days_in_month: z.int(),
    is_weekend: z.boolean().describe('Whether it is a Saturday or a Sunday.'),
    is_leap_year: z.boolean(),
  }),
  tests: [
    {
      input: { date: '2027-01-01T23:30:15Z', timezone: 'Europe/Berlin', language: 'de' },
      output: [
        ['year', 2027],
        ['month', 1],
        ['day', 2],
        ['hour', 0],
        ['minute', 30],
        ['second', 15],
        ['weekday', 6],
        ['weekday_name', 'Samstag'],
        ['month_name', 'Januar'],
        ['week', 53],
        ['week_year', 2026],
        ['quarter', 1],
        ['day_of_year', 2],
        ['days_in_month', 31],
        ['is_weekend', true],
        ['is_leap_year', false],
      ],
    },
    { input: { date: 'x' }, output: [['error', (message: string) => message.startsWith('date must be an ISO 8601 date')]] },
    {
      input: { date: '2026-01-01', language: '!' },
      output: [['error', 'language must be a language tag such as "en" or "en-GB", got "!"']],
    },
  ],
  *run({ date, timezone, language }) {
    checkLanguage(language)
    const { zoned } = parseMoment('date', date, { timezone })
    for (const part of ['year', 'month', 'day', 'hour', 'minute', 'second'] as const) yield [part, zoned[part]]
    const name = (options: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat(language, { ...options, timeZone: zoned.timeZoneId }).format(zoned.epochMilliseconds)
    yield ['weekday', zoned.dayOfWeek]
    yield ['weekday_name', name({ weekday: 'long' })]
    yield ['month_name', name({ month: 'long' })]
    yield ['week', zoned.weekOfYear ?? 0]
    yield ['week_year', zoned.yearOfWeek ?? zoned.year]
    yield ['quarter', Math.ceil(zoned.month / 3)]
    yield ['day_of_year', zoned.dayOfYear]
    yield ['days_in_month', zoned.daysInMonth]
    yield ['is_weekend', zoned.dayOfWeek > 5]
    yield ['is_leap_year', zoned.inLeapYear]
  },
})
