import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { dateInput, disambiguation, parseMoment, showText, timezone, strftime } from './calendar/index.ts'

export const formatDate = defineBlock({
  id: '4aca41ad-2e47-4f3e-a8c6-3f687643ca9f',
  name: 'format-date',
  description: 'Format a date.',
  category: 'TIME',
  common: true,
  synonyms: ['date to text', 'date to string', 'strftime', 'date format', 'convert date', 'timestamp to date', 'iso 8601'],
  input: z.object({
    date: dateInput,
    format: z.string().default('%Y-%m-%d').describe('A strftime format, such as %d.%m.%Y %H:%M.'),
    timezone,
    disambiguation,
  }),
  output: z.object({ text: z.string() }),
  tests: [
    { input: { date: 1614764492648, format: '%Y/%m/%d' }, output: [['text', '2021/03/03']] },
    {
      input: { date: '2026-01-01T04:30:00Z', format: '%a %-d %b %Y, %I:%M %p %Z', timezone: 'America/New_York' },
      output: [['text', 'Wed 31 Dec 2025, 11:30 PM EST']],
    },
    { input: { date: '2026-03-29', format: '%A, week %V' }, output: [['text', 'Sunday, week 13']] },
    {
      name: 'without a time zone, a text keeps its offset',
      input: { date: '2026-03-29T23:30:00-05:00', format: '%F %R %z' },
      output: [['text', '2026-03-29 23:30 -0500']],
    },
    {
      input: { date: '2026-02-30' },
      output: [['error', (message) => message.startsWith('date must be an ISO 8601 date like 2026-03-29T14:30')]],
    },
    {
      input: { date: '2026-02-03', timezone: 'Mars' },
      output: [['error', 'timezone must be a name like "Europe/Berlin", got "Mars"']],
    },
  ],
  *run({ date, format, ...reading }, context) {
    if (!format.includes('%'))
      context.log(`format has no directive such as %d, so the text does not depend on the date: got ${showText(format)}`, 'warn')
    yield ['text', strftime(format, parseMoment('date', date, reading).zoned)]
  },
})
