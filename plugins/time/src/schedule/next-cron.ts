import { defineBlock } from '@ashlar/sdk'
import { Cron } from 'croner'
import { z } from 'zod'
import { parseMoment, showMoment, showText, timezone } from '../calendar/index.ts'

export const nextCron = defineBlock({
  id: '768fa607-be4a-416c-9bae-b921efd792a9',
  name: 'next-cron',
  description: 'Compute the next times of a cron expression. It does not start graphs: Ashlar has no schedules yet.',
  category: 'TIME',
  icon: 'calendar-clock',
  synonyms: ['cron', 'crontab', 'schedule', 'next run', 'recurring', 'cron parser', 'every day at', 'scheduler'],
  input: z.object({
    expression: z
      .string()
      .min(1)
      .meta({
        description: 'The cron expression: minute, hour, day of the month, month, day of the week; or with seconds first.',
        examples: ['0 9 * * MON-FRI', '*/15 * * * *', '0 0 L * *'],
      }),
    from: z.union([z.string(), z.number()]).default('').describe('The time after which to search. By default the current time.'),
    timezone,
    times: z.int().min(1).max(1000).default(1).describe('How many times to compute.'),
  }),
  output: z.object({
    next: z.string().describe('The next time, such as 2026-03-30T09:00:00+02:00. No value if there is none.'),
    list: z.array(z.string()).describe('The next times.'),
    seconds: z.number().describe('The seconds until the next time.'),
  }),
  tests: [
    {
      input: { expression: '0 9 * * MON-FRI', timezone: 'Europe/Berlin', times: 2 },
      now: '2026-03-27T10:00:00Z',
      output: [
        ['next', '2026-03-30T09:00:00+02:00'],
        ['list', ['2026-03-30T09:00:00+02:00', '2026-03-31T09:00:00+02:00']],
        ['seconds', 248_400],
      ],
    },
    {
      input: { expression: '30 0 0 L * *', from: '2026-02-01' },
      output: [
        ['next', '2026-02-28T00:00:30+00:00'],
        ['list', ['2026-02-28T00:00:30+00:00']],
        ['seconds', 2_332_830],
      ],
    },
    { name: 'a date that never comes', input: { expression: '0 0 30 2 *', from: '2026-01-01' }, output: [['list', []]] },
    {
      input: { expression: '99 * * * *' },
      output: [
        [
          'error',
          (message: string) =>
            message.startsWith('expression must be a cron expression such as "0 9 * * MON-FRI", got "99 * * * *"'),
        ],
      ],
    },
  ],
  *run({ expression, from, timezone, times }) {
    const start = parseMoment('from', from === '' ? Date.now() : from, { timezone }).zoned
    const found = findTimes(expression, start, times)
    const list = found.map((date) =>
      showMoment({
        zoned: Temporal.Instant.fromEpochMilliseconds(date.getTime()).toZonedDateTimeISO(start.timeZoneId),
        isDate: false,
      }),
    )
    if (list[0] !== undefined) yield ['next', list[0]]
    yield ['list', list]
    if (found[0]) yield ['seconds', (found[0].getTime() - start.epochMilliseconds) / 1000]
  },
})

function findTimes(expression: string, start: Temporal.ZonedDateTime, times: number): Date[] {
  try {
    return new Cron(expression, { timezone: start.timeZoneId, paused: true }).nextRuns(times, new Date(start.epochMilliseconds))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`expression must be a cron expression such as "0 9 * * MON-FRI", got ${showText(expression)} (${reason})`, {
      cause,
    })
  }
}
