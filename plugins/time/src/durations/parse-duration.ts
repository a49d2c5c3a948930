import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { DURATION_UNITS, parseDuration } from './duration.ts'

export const parseDurationBlock = defineBlock({
  id: 'e767d234-3ca7-425b-be36-91415de7f726',
  name: 'parse-duration',
  description: 'Read a duration such as "1 hour 30 minutes", "2d 4h", "1:30:00" or "PT90M".',
  category: 'TIME',
  icon: 'timer',
  synonyms: ['text to duration', 'iso 8601 duration', 'seconds from text', 'time span', 'timespan', 'interval', 'convert hours'],
  input: z.object({
    text: z
      .string()
      .min(1)
      .meta({
        description: 'The duration, in English, ISO 8601, or as a clock shows it (1:30 is 1 minute and 30 seconds).',
        examples: ['1 day 2 hours', 'PT90M'],
      }),
  }),
  output: z.object({
    duration: z.string().describe('The duration in ISO 8601, such as PT1H30M.'),
    seconds: z
      .number()
      .describe('The duration in seconds. Days have 24 hours. No value with months or years, whose length varies.'),
    amounts: z
      .record(z.string(), z.number())
      .describe('The amounts by unit: years, months, weeks, days, hours, minutes, seconds, milliseconds.'),
  }),
  tests: [
    {
      input: { text: '1 hour, 30 mins and 5 s' },
      output: [
        ['duration', 'PT1H30M5S'],
        ['seconds', 5405],
        ['amounts', { years: 0, months: 0, weeks: 0, days: 0, hours: 1, minutes: 30, seconds: 5, milliseconds: 0 }],
      ],
    },
    {
      input: { text: '-1.5d' },
      output: [
        ['duration', '-P1DT12H'],
        ['seconds', -129_600],
        ['amounts', (amounts: Record<string, number>) => amounts.days === -1 && amounts.hours === -12],
      ],
    },
    {
      input: { text: '1:02:03.5' },
      output: [
        ['duration', 'PT1H2M3.5S'],
        ['seconds', 3723.5],
        ['amounts', (amounts: Record<string, number>) => amounts.milliseconds === 500],
      ],
    },
    {
      input: { text: 'P1M' },
      output: [
        ['duration', 'P1M'],
        ['amounts', (amounts: Record<string, number>) => amounts.months === 1],
      ],
    },
    {
      input: { text: '5 apples' },
      output: [['error', 'text must be a duration such as "P1DT2H", "1 day 2 hours" or "1:30:00", got "5 apples"']],
    },
    {
      input: { text: '1.5 months' },
      output: [
        [
          'error',
          'text must be a duration such as "P1DT2H", "1 day 2 hours" or "1:30:00", got "1.5 months"; months must be a whole number',
        ],
      ],
    },
  ],
  *run({ text }) {
    const duration = parseDuration('text', text)
    yield ['duration', duration.toString()]
    if (duration.years === 0 && duration.months === 0)
      yield ['seconds', duration.with({ weeks: 0, days: duration.weeks * 7 + duration.days }).total({ unit: 'seconds' })]
    // Adding 0 converts -0 to 0.
    yield ['amounts', Object.fromEntries(DURATION_UNITS.map((unit) => [unit, duration[unit] + 0]))]
  },
})
