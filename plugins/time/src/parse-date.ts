import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { disambiguation, parseMoment, showMoment, timezone, toMoment, strptime } from './calendar/index.ts'

export const parseDate = defineBlock({
  id: '88a1786b-d426-48b3-97fc-c1f0ffd17a16',
  name: 'parse-date',
  description: 'Parse a text or a timestamp as a date.',
  category: 'TIME',
  synonyms: ['text to date', 'string to date', 'strptime', 'convert date', 'unix timestamp', 'epoch', 'read date', 'iso 8601'],
  input: z.object({
    text: z
      .union([z.string(), z.number()])
      .describe('The date, optionally with a time of day. Without a format, also milliseconds since 1970.'),
    format: z
      .string()
      .default('')
      .describe('A strptime format such as %d.%m.%Y %H:%M. By default ISO 8601. White space matches any white space.'),
    timezone,
    disambiguation,
  }),
  output: z.object({
    date: z.string().describe('The calendar date: 2026-03-29.'),
    date_time: z
      .string()
      .describe(
        'The date with its time of day and offset: 2026-03-29T14:30:00+02:00. A date without a time has its first moment.',
      ),
    timestamp: z.number().describe('Milliseconds since 1970.'),
  }),
  tests: [
    {
      input: { text: '29.03.2026 14:30', format: '%d.%m.%Y %H:%M', timezone: 'Europe/Berlin' },
      output: [
        ['date', '2026-03-29'],
        ['date_time', '2026-03-29T14:30:00+02:00'],
        ['timestamp', 1774787400000],
      ],
    },
    {
      input: { text: 1614764492648 },
      output: [
        ['date', '2021-03-03'],
        ['date_time', '2021-03-03T09:41:32.648+00:00'],
        ['timestamp', 1614764492648],
      ],
    },
    {
      name: 'keeps an offset in the text, or converts it to the given zone',
      input: { text: 'Sun, 29 Mar 2026 23:30:00 -0500', format: '%a, %d %b %Y %H:%M:%S %z', timezone: 'Asia/Tokyo' },
      output: [
        ['date', '2026-03-30'],
        ['date_time', '2026-03-30T13:30:00+09:00'],
        ['timestamp', 1774845000000],
      ],
    },
    {
      name: 'a skipped time becomes the later moment',
      input: { text: '2026-03-29T02:30', timezone: 'Europe/Berlin' },
      output: [
        ['date', '2026-03-29'],
        ['date_time', '2026-03-29T03:30:00+02:00'],
        ['timestamp', 1774747800000],
      ],
    },
    {
      name: 'a repeated time becomes the earlier moment, unless disambiguation differs',
      input: { text: '2026-10-25T02:30', timezone: 'Europe/Berlin', disambiguation: 'later' },
      output: [
        ['date', '2026-10-25'],
        ['date_time', '2026-10-25T02:30:00+01:00'],
        ['timestamp', 1792891800000],
      ],
    },
    {
      input: { text: '2026-03-29T02:30', timezone: 'Europe/Berlin', disambiguation: 'reject' },
      output: [
        [
          'error',
          (message: string) =>
            message.startsWith('text must be a time that clocks in Europe/Berlin show once, got "2026-03-29T02:30:00"'),
        ],
      ],
    },
    {
      input: { text: '31.02.2026', format: '%d.%m.%Y' },
      output: [['error', (message: string) => message.startsWith('text must be a date of the calendar, got "31.02.2026"')]],
    },
    {
      input: { text: '29.03.2026', format: 'DD.MM.YYYY' },
      output: [['error', 'format must have directives, such as %d.%m.%Y, got "DD.MM.YYYY"; leave it empty to read ISO 8601']],
    },
    { input: { text: '2026', format: '%d.%m.%Y' }, output: [['error', 'text must have the format "%d.%m.%Y", got "2026"']] },
    {
      input: { text: 'Jun 12 1998' },
      output: [
        [
          'error',
          (message: string) =>
            message.startsWith(
              'text must be an ISO 8601 date like 2026-03-29T14:30 or milliseconds since 1970, got "Jun 12 1998"',
            ),
        ],
      ],
    },
  ],
  *run({ text, format, ...reading }) {
    const moment = format === '' ? parseMoment('text', text, reading) : parseFormatted(String(text), format, reading)
    yield ['date', moment.zoned.toPlainDate().toString()]
    yield ['date_time', showMoment({ ...moment, isDate: false })]
    yield ['timestamp', moment.zoned.epochMilliseconds]
  },
})

function parseFormatted(text: string, format: string, reading: Parameters<typeof toMoment>[3]) {
  const { dateTime, hasTime, zone } = strptime(text, format)
  return toMoment(dateTime, !hasTime, zone, reading, 'text')
}
