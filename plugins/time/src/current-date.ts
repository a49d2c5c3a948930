import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { formatMoment, formatType } from './format-type.ts'

const DAY_MS = 86_400_000

export const currentDate = defineBlock({
  id: 'b29c1b50-5d0e-4d9f-8f9d-1b0e6fcbf0b1',
  name: 'current-date',
  description: 'Tell the date of today, or of some days before or after.',
  category: 'TIME',
  input: z.object({
    trigger: z.string().describe('Any text; the date is told when it arrives.'),
    offset: z
      .union([z.int(), z.string()])
      .default(0)
      .describe('How many days ago: 7 is a week ago, -1 is tomorrow. What is no number counts as 0.'),
    format_type: formatType('%Y-%m-%d'),
  }),
  output: z.object({ date: z.string() }),
  tests: [
    { input: { trigger: 'go' }, output: [['date', isDaysAgo(0)]] },
    { input: { trigger: '', offset: '7', format_type: { discriminator: 'iso8601' } }, output: [['date', isDaysAgo(7)]] },
    { input: { trigger: '', offset: -1 }, output: [['date', isDaysAgo(-1)]] },
    { input: { trigger: '', offset: 'soon' }, output: [['date', isDaysAgo(0)]] },
  ],
  *run({ offset, format_type: type }) {
    const days = Number.parseInt(String(offset), 10) || 0
    yield ['date', formatMoment(new Date(Date.now() - days * DAY_MS), type, 'date')]
  },
})

/** Midnight may pass between a run and its check. */
function isDaysAgo(days: number) {
  return (date: string) => Math.abs(Date.now() - days * DAY_MS - Date.parse(date) - DAY_MS / 2) <= DAY_MS / 2 + 60_000
}
