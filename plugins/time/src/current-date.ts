import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { formatMoment, formatType, now } from './format-type.ts'

export const currentDate = defineBlock({
  id: 'b29c1b50-5d0e-4d9f-8f9d-1b0e6fcbf0b1',
  name: 'current-date',
  description: 'Get the current date, or the date some days before or after it.',
  category: 'TIME',
  synonyms: ['today', 'now', 'get current date', 'tomorrow', 'yesterday', 'day'],
  input: z.object({
    trigger: z.string().describe('Any text. Its arrival triggers the block.'),
    offset: z
      .union([z.int(), z.string()])
      .default(0)
      .describe('Number of calendar days to subtract: 7 is a week ago, -1 is tomorrow. A text that is not a number counts as 0.'),
    format_type: formatType('%Y-%m-%d'),
  }),
  output: z.object({ date: z.string() }),
  tests: [
    { now: '2026-11-29T21:29:00Z', input: { trigger: 'go' }, output: [['date', '2026-11-29']] },
    {
      now: '2026-11-29T00:00:00Z',
      input: { trigger: '', offset: '7', format_type: { discriminator: 'iso8601' } },
      output: [['date', '2026-11-22']],
    },
    { now: '2026-12-31T23:59:59Z', input: { trigger: '', offset: -1 }, output: [['date', '2027-01-01']] },
    { now: '2026-11-29T00:00:00Z', input: { trigger: '', offset: 'soon' }, output: [['date', '2026-11-29']] },
    {
      name: 'counts calendar days across a clock change',
      now: '2026-11-29T21:29:00Z',
      input: { trigger: '', offset: 100, format_type: { discriminator: 'strftime', format: '%F %R', timezone: 'Europe/Athens' } },
      output: [['date', '2026-08-21 23:29']],
    },
    {
      name: 'counts calendar days just after midnight',
      now: '2026-04-30T21:10:00Z',
      input: { trigger: '', offset: 100, format_type: { discriminator: 'iso8601', timezone: 'Europe/Athens' } },
      output: [['date', '2026-01-21']],
    },
  ],
  *run({ offset, format_type: type }) {
    const days = Number.parseInt(String(offset), 10) || 0
    yield ['date', formatMoment(now(type).subtract({ days }), type, 'date')]
  },
})
