import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { dateInput, disambiguation, parseMoment, showMoment } from '../calendar/index.ts'

export const convertZone = defineBlock({
  id: '838ea00d-2a6f-4714-89f7-e316f06df733',
  name: 'convert-zone',
  description: 'Convert a time to other time zones.',
  category: 'TIME',
  icon: 'earth',
  synonyms: ['time zone', 'timezone', 'utc', 'local time', 'world clock', 'meeting time', 'offset', 'daylight saving', 'dst'],
  input: z.object({
    date: dateInput,
    from_timezone: z
      .string()
      .default('')
      .meta({ description: 'The zone of a date without an offset. By default UTC.', examples: ['Europe/Berlin'] }),
    timezone: z
      .union([z.string(), z.array(z.string())])
      .meta({ description: 'The zone to convert to, or a list of zones.', examples: ['America/New_York'] }),
    disambiguation,
  }),
  output: z.object({
    result: z.string().describe('The time in the (first) zone, such as 2026-03-29T14:30:00+02:00.'),
    rows: z
      .array(
        z.object({ timezone: z.string(), date_time: z.string(), offset: z.string(), day_shift: z.int(), is_dst: z.boolean() }),
      )
      .describe(
        'The time in each zone: its offset, the difference in days to the date in the source zone, and whether daylight saving time applies.',
      ),
  }),
  tests: [
    {
      input: { date: '2026-03-29T23:30', from_timezone: 'America/New_York', timezone: ['Asia/Tokyo', 'UTC'] },
      output: [
        ['result', '2026-03-30T12:30:00+09:00'],
        [
          'rows',
          [
            { timezone: 'Asia/Tokyo', date_time: '2026-03-30T12:30:00+09:00', offset: '+09:00', day_shift: 1, is_dst: false },
            { timezone: 'UTC', date_time: '2026-03-30T03:30:00+00:00', offset: '+00:00', day_shift: 1, is_dst: false },
          ],
        ],
      ],
    },
    {
      input: { date: 1774787400000, timezone: 'Europe/Berlin' },
      output: [
        ['result', '2026-03-29T14:30:00+02:00'],
        [
          'rows',
          [{ timezone: 'Europe/Berlin', date_time: '2026-03-29T14:30:00+02:00', offset: '+02:00', day_shift: 0, is_dst: true }],
        ],
      ],
    },
    {
      name: 'a time that the clock skips',
      input: { date: '2026-03-29T02:30', from_timezone: 'Europe/Berlin', timezone: 'UTC', disambiguation: 'reject' },
      output: [['error', (message: string) => message.startsWith('date must be a time that clocks in Europe/Berlin show once')]],
    },
    { input: { date: '2026-03-29T12:00Z', timezone: [] }, output: [['error', 'timezone must not be an empty list']] },
    {
      input: { date: '2026-03-29T12:00Z', timezone: 'Mars' },
      output: [['error', 'timezone must be a name like "Europe/Berlin", got "Mars"']],
    },
  ],
  *run({ date, from_timezone: from, timezone, disambiguation }) {
    const zones = Array.isArray(timezone) ? timezone : [timezone]
    const { zoned } = parseMoment('date', date, { timezone: from, disambiguation })
    const rows = zones.map((zone) => {
      const { zoned: there } = parseMoment('date', zoned.epochMilliseconds, { timezone: zone })
      const day_shift = zoned.toPlainDate().until(there.toPlainDate()).days
      return {
        timezone: zone,
        date_time: showMoment({ zoned: there, isDate: false }),
        offset: there.offset,
        day_shift,
        is_dst: isDst(there),
      }
    })
    const [first] = rows
    if (!first) throw new Error('timezone must not be an empty list')
    yield ['result', first.date_time]
    yield ['rows', rows]
  },
})

/** The offset in daylight saving time is greater than the least offset of the year. */
function isDst(moment: Temporal.ZonedDateTime): boolean {
  const offsets = [1, 7].map((month) => moment.with({ month, day: 1 }).offsetNanoseconds)
  return moment.offsetNanoseconds > Math.min(...offsets)
}
