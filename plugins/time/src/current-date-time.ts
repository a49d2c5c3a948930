import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { formatMoment, formatType, now } from './format-type.ts'

export const currentDateTime = defineBlock({
  id: '716a67b3-6760-42e7-86dc-18645c6e00fc',
  name: 'current-date-time',
  description: 'Get the current date and time of day.',
  category: 'TIME',
  synonyms: ['now', 'timestamp', 'today', 'date and time', 'get current date and time', 'clock'],
  input: z.object({
    trigger: z.string().describe('Any text. Its arrival triggers the block.'),
    format_type: formatType('%Y-%m-%d %H:%M:%S'),
  }),
  output: z.object({ date_time: z.string() }),
  tests: [
    { input: { trigger: 'go' }, output: [['date_time', (text) => /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)]] },
    {
      input: { trigger: '', format_type: { discriminator: 'iso8601', timezone: 'Asia/Kolkata' } },
      output: [['date_time', (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+05:30$/.test(text)]],
    },
    {
      input: { trigger: '', format_type: { discriminator: 'iso8601', include_microseconds: true } },
      output: [['date_time', z.iso.datetime({ offset: true, precision: 6 })]],
    },
  ],
  *run({ format_type: type }) {
    yield ['date_time', formatMoment(now(type), type, 'date-time')]
  },
})
