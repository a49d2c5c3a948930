import { defineBlock } from '@ashlar/sdk'
import * as chrono from 'chrono-node/en'
import { z } from 'zod'
import { parseMoment, reject, showMoment, showText, timezone } from '../calendar/index.ts'

const found = z.object({
  text: z.string(),
  date_time: z.string(),
  date: z.string(),
  end: z.string(),
  has_time: z.boolean(),
  index: z.int(),
})

export const understandDate = defineBlock({
  id: '9243d4ee-2830-4ee8-af17-90beb6a28d9f',
  name: 'understand-date',
  description: 'Find dates that are written in English words: "next Friday at 3pm", "in two weeks", "March 29th".',
  category: 'TIME',
  icon: 'calendar-search',
  synonyms: [
    'natural language date',
    'parse date',
    'chrono',
    'dateparser',
    'tomorrow',
    'next week',
    'date from text',
    'extract date',
    'fuzzy date',
  ],
  input: z.object({
    text: z.string().describe('The text, in English.'),
    now: z
      .union([z.string(), z.number()])
      .default('')
      .describe('The time that "tomorrow" refers to. By default the current time.'),
    timezone,
    future: z.boolean().default(false).describe('Whether a weekday or a day of the year without a year is in the future.'),
    day_first: z.boolean().default(false).describe('Whether 3/4/2026 is the 3rd of April.'),
  }),
  output: z.object({
    date_time: z
      .string()
      .describe('The first date with its time and offset. A date without a time is at 12:00. No value if the text has none.'),
    date: z.string().describe('The day of the first date.'),
    rows: z
      .array(found)
      .describe('All dates: the text, date_time, date, end (of a range, or empty), has_time and the position in the text.'),
  }),
  tests: [
    {
      input: { text: 'Call me next Friday at 3pm', timezone: 'Europe/Berlin' },
      now: '2026-03-25T10:00:00Z',
      output: [
        ['date_time', '2026-04-03T15:00:00+02:00'],
        ['date', '2026-04-03'],
        ['rows', (rows: { text: string; has_time: boolean }[]) => rows[0]?.text === 'next Friday at 3pm' && rows[0].has_time],
      ],
    },
    {
      input: { text: 'from 3 April 2026 to 5 April 2026', now: '2026-03-25T10:00Z' },
      output: [
        ['date_time', '2026-04-03T12:00:00+00:00'],
        ['date', '2026-04-03'],
        [
          'rows',
          [
            {
              text: '3 April 2026 to 5 April 2026',
              date_time: '2026-04-03T12:00:00+00:00',
              date: '2026-04-03',
              end: '2026-04-05T12:00:00+00:00',
              has_time: false,
              index: 5,
            },
          ],
        ],
      ],
    },
    {
      input: { text: 'in two hours', now: '2026-03-28T23:30+01:00', timezone: 'Europe/Berlin' },
      output: [
        ['date_time', '2026-03-29T01:30:00+01:00'],
        ['date', '2026-03-29'],
        ['rows', (rows: unknown[]) => rows.length === 1],
      ],
    },
    {
      input: { text: '3/4/2026', day_first: true, now: '2026-01-01' },
      output: [
        ['date_time', '2026-04-03T12:00:00+00:00'],
        ['date', '2026-04-03'],
        ['rows', (rows: unknown[]) => rows.length === 1],
      ],
    },
    { input: { text: 'nothing' }, output: [['rows', []]] },
    {
      input: { text: 'today', timezone: 'Mars' },
      output: [['error', 'timezone must be a name like "Europe/Berlin", got "Mars"']],
    },
  ],
  *run({ text, now, timezone, future, day_first: dayFirst }) {
    const reference = parseMoment('now', now === '' ? Date.now() : now, { timezone }).zoned
    const parser = dayFirst ? chrono.GB : chrono.casual
    const options = { forwardDate: future }
    const base = { instant: new Date(reference.epochMilliseconds), timezone: reference.offsetNanoseconds / 6e10 }
    const rows = parser.parse(text, base, options).map(({ text, index, start, end }) => {
      const moment = toMoment(start, reference.timeZoneId)
      return {
        text,
        date_time: show(moment),
        date: moment.toPlainDate().toString(),
        end: end ? show(toMoment(end, reference.timeZoneId)) : '',
        has_time: start.isCertain('hour'),
        index,
      }
    })
    const [first] = rows
    if (first) {
      yield ['date_time', first.date_time]
      yield ['date', first.date]
    }
    yield ['rows', rows]
  },
})

type Parts = ReturnType<typeof chrono.casual.parse>[number]['start']

/** The library resolves words to parts of the clock. The offset at that time belongs to the time zone. */
function toMoment(parts: Parts, timeZone: string): Temporal.ZonedDateTime {
  const read = (name: 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second') => parts.get(name) ?? 0
  const complaint = `text must have dates of the calendar, got ${showText(parts.date().toISOString())}`
  return reject(complaint, () => {
    const clock = {
      year: read('year'),
      month: read('month'),
      day: read('day'),
      hour: read('hour'),
      minute: read('minute'),
      second: read('second'),
    }
    const local = Temporal.PlainDateTime.from(clock)
    const minutes = parts.isCertain('timezoneOffset') ? parts.get('timezoneOffset') : null
    if (minutes === null) return local.toZonedDateTime(timeZone)
    return local.toZonedDateTime('UTC').subtract({ minutes }).withTimeZone(timeZone)
  })
}

function show(zoned: Temporal.ZonedDateTime): string {
  return showMoment({ zoned, isDate: false })
}
