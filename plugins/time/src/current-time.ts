import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { formatMoment, formatType, now } from './format-type.ts'

export const currentTime = defineBlock({
  id: 'a892b8d9-3e4e-4e9c-9c1e-75f8efcf1bfa',
  name: 'current-time',
  description: 'Get the current time of day.',
  category: 'TIME',
  synonyms: ['now', 'clock', 'get current time', 'hour', 'time of day'],
  input: z.object({
    trigger: z.string().describe('Any text. Its arrival triggers the block.'),
    format_type: formatType('%H:%M:%S'),
  }),
  output: z.object({ time: z.string() }),
  tests: [
    { input: { trigger: 'go' }, output: [['time', (time) => /^\d\d:\d\d:\d\d$/.test(time)]] },
    {
      input: { trigger: '', format_type: { discriminator: 'iso8601' } },
      output: [['time', (time) => /^T\d\d:\d\d:\d\d\+00:00$/.test(time)]],
    },
    {
      input: { trigger: '', format_type: { discriminator: 'strftime', format: '%p %%', timezone: 'Asia/Tokyo' } },
      output: [['time', (time) => ['AM %', 'PM %'].includes(time)]],
    },
    {
      input: { trigger: '', format_type: { discriminator: 'strftime', timezone: 'Mars' } },
      output: [['error', 'timezone must be a name like "Europe/Berlin", got "Mars"']],
    },
  ],
  *run({ format_type: type }) {
    yield ['time', formatMoment(now(type), type, 'time')]
  },
})
