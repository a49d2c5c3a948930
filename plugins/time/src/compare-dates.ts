import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { dateInput, parseMoment, timezone, startOfPeriod, UNITS } from './calendar/index.ts'

export const compareDates = defineBlock({
  id: '1e251182-bf92-4054-b7eb-4e005ae94ecd',
  name: 'compare-dates',
  description: 'Compare two dates.',
  category: 'TIME',
  synonyms: ['before', 'after', 'is later', 'earlier', 'date condition', 'date comparison', 'if date'],
  input: z.object({
    a: dateInput,
    b: dateInput,
    unit: z
      .enum(['moment', ...UNITS])
      .default('moment')
      .describe(
        'Precision of the comparison: with "day", dates in the same day are equal. "moment" compares exactly. A date without a time counts as its first moment.',
      ),
    timezone,
  }),
  output: z.object({
    order: z.int().describe('-1 if a is before b, 0 if they are equal, 1 if a is after b.'),
    relation: z.enum(['before', 'equal', 'after']).describe('Relation of a to b.'),
  }),
  tests: [
    {
      input: { a: '2026-03-29T12:00+02:00', b: '2026-03-29T10:00Z' },
      output: [
        ['order', 0],
        ['relation', 'equal'],
      ],
    },
    {
      input: { a: '2026-03-29', b: '2026-03-30' },
      output: [
        ['order', -1],
        ['relation', 'before'],
      ],
    },
    {
      name: 'uses the days of the time zone',
      input: { a: '2026-03-29T22:30Z', b: '2026-03-29T12:00Z', unit: 'day', timezone: 'Europe/Berlin' },
      output: [
        ['order', 1],
        ['relation', 'after'],
      ],
    },
    {
      input: { a: '2026-03-01', b: 1774787400000, unit: 'month' },
      output: [
        ['order', 0],
        ['relation', 'equal'],
      ],
    },
  ],
  *run({ a, b, unit, timezone }) {
    const first = parseMoment('a', a, { timezone }).zoned
    const second = parseMoment('b', b, { timezone: first.timeZoneId }).zoned
    const [left, right] = unit === 'moment' ? [first, second] : [startOfPeriod(first, unit), startOfPeriod(second, unit)]
    const order = Temporal.ZonedDateTime.compare(left, right)
    yield ['order', order]
    yield ['relation', toRelation(order)]
  },
})

function toRelation(order: number): 'before' | 'equal' | 'after' {
  if (order === 0) return 'equal'
  return order < 0 ? 'before' : 'after'
}
