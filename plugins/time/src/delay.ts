import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { parseMoment } from './calendar/index.ts'

const MAX_DAYS = 30
const MS = { seconds: 1000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 }

export const delay = defineBlock({
  id: 'c4e81f0a-6b2d-4d97-9a35-7e1f5b8c2d46',
  name: 'delay',
  description: 'Wait for some time or until a date, then send a value on.',
  category: 'TIME',
  icon: 'hourglass',
  synonyms: ['wait', 'wait until', 'sleep', 'pause', 'postpone', 'resume at', 'at a time', 'reminder', 'timer', 'later'],
  capabilities: { sleep: true },
  input: z.object({
    value: z.unknown().default(null).meta({ title: 'Value', description: 'The value to send.' }),
    amount: z
      .number()
      .min(0)
      .default(0)
      .meta({ title: 'Amount', description: `How long to wait, up to ${MAX_DAYS} days.`, examples: [5] }),
    unit: z
      .enum(['seconds', 'minutes', 'hours', 'days'])
      .default('minutes')
      .meta({ title: 'Unit', description: 'The unit of the amount.' }),
    until: z
      .string()
      .nullable()
      .default(null)
      .meta({
        title: 'Until',
        description:
          'A date and time in ISO 8601 instead of an amount, optionally with an offset or [Europe/Berlin]. Otherwise it is in UTC. A past time does not wait.',
        examples: ['2026-12-24T18:00:00+01:00'],
      }),
  }),
  output: z.object({ value: z.unknown().meta({ title: 'Value', description: 'The value, after the wait.' }) }),
  tests: [
    { input: { value: { a: 1 }, amount: 5 }, output: [['value', { a: 1 }]] },
    { now: '2026-11-30T12:00:00Z', input: { value: 1, until: '2026-12-01T12:00:00+01:00' }, output: [['value', 1]] },
    { now: '2026-11-30T12:00:00Z', input: { value: 1, until: '2020-01-01' }, output: [['value', 1]] },
    {
      input: { value: 1, until: 'soon' },
      output: [['error', (message: string) => message.startsWith('until must be an ISO 8601 date like ')]],
    },
    {
      now: '2026-11-30T12:00:00Z',
      input: { value: 1, until: '2027-01-01T12:00:00Z' },
      output: [['error', 'the wait must end within 30 days, got 32 days']],
    },
    { input: { amount: 31, unit: 'days' }, output: [['error', 'the wait must end within 30 days, got 31 days']] },
    { input: { amount: -1 }, output: [['error', (message: string) => message.includes('amount')]] },
    {
      name: 'a day that does not exist',
      input: { until: '2026-02-30T00:00:00Z' },
      output: [['error', (message: string) => message.startsWith('until must be an ISO 8601 date like ')]],
    },
  ],
  async *run({ value, amount, unit, until }, { sleep }) {
    const ms =
      until === null ? amount * MS[unit] : parseMoment('until', until, { timezone: '' }).zoned.epochMilliseconds - Date.now()
    if (ms > MAX_DAYS * MS.days) throw new Error(`the wait must end within ${MAX_DAYS} days, got ${Math.ceil(ms / MS.days)} days`)
    await sleep(ms)
    yield ['value', value]
  },
})
