import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { dateInput, disambiguation, parseMoment, timezone } from '../calendar/index.ts'
import { checkLanguage, languagePin } from './language.ts'

const style = z.enum(['full', 'long', 'medium', 'short', 'none'])

export const formatLocal = defineBlock({
  id: '3710b36e-d99d-48ff-bc13-6ca528b18dc3',
  name: 'format-local',
  description: 'Write a date as people in a country write it: "Sunday, March 29, 2026", "29.03.2026, 14:30".',
  category: 'TIME',
  icon: 'calendar-days',
  synonyms: [
    'date in words',
    'locale date',
    'localized date',
    'date to text',
    'format date',
    'intl',
    'tolocalestring',
    'german date',
  ],
  input: z.object({
    date: dateInput,
    language: languagePin,
    date_style: style.default('long').describe('How long the date is, or "none" for the time alone.'),
    time_style: style
      .optional()
      .describe('How long the time is, or "none". By default short, or none for a date without a time.'),
    timezone,
    disambiguation,
  }),
  output: z.object({ text: z.string().describe('The text.') }),
  tests: [
    { input: { date: '2026-03-29', date_style: 'full' }, output: [['text', 'Sunday, March 29, 2026']] },
    {
      input: { date: '2026-03-29T12:30Z', language: 'de', date_style: 'medium', timezone: 'Europe/Berlin' },
      output: [['text', '29.03.2026, 14:30']],
    },
    {
      input: { date: '2026-03-29T14:30', date_style: 'none', time_style: 'short', language: 'en-GB' },
      output: [['text', '14:30']],
    },
    { input: { date: '2026-03-29T14:30', language: 'ja', time_style: 'none' }, output: [['text', '2026年3月29日']] },
    {
      input: { date: '2026-03-29', date_style: 'none', time_style: 'none' },
      output: [['error', 'date_style and time_style must not both be "none"']],
    },
    {
      input: { date: '2026-03-29', language: 'x' },
      output: [['error', 'language must be a language tag such as "en" or "en-GB", got "x"']],
    },
  ],
  *run({ date, language, date_style: dateStyle, time_style: givenTime, ...reading }) {
    checkLanguage(language)
    const { zoned, isDate } = parseMoment('date', date, reading)
    const timeStyle = givenTime ?? (isDate ? 'none' : 'short')
    if (dateStyle === 'none' && timeStyle === 'none') throw new Error('date_style and time_style must not both be "none"')
    const options: Intl.DateTimeFormatOptions = {
      timeZone: zoned.timeZoneId,
      ...(dateStyle !== 'none' && { dateStyle }),
      ...(timeStyle !== 'none' && { timeStyle }),
    }
    yield ['text', new Intl.DateTimeFormat(language, options).format(zoned.epochMilliseconds)]
  },
})
