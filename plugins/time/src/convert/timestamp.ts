import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { disambiguation, parseMoment, showMoment, showText, timezone } from '../calendar/index.ts'

export const timestamp = defineBlock({
  id: 'dd61f2ae-1278-49c1-bb88-42c4bf840429',
  name: 'timestamp',
  description: 'Convert between Unix timestamps (seconds, milliseconds or finer) and dates.',
  category: 'TIME',
  icon: 'binary',
  synonyms: [
    'unix time',
    'epoch',
    'unix timestamp',
    'epoch converter',
    'timestamp to date',
    'date to timestamp',
    'posix time',
    'seconds since 1970',
  ],
  input: z.object({
    value: z
      .union([z.number(), z.bigint(), z.string()])
      .default('')
      .describe('A timestamp, or a date in ISO 8601. By default the current time.'),
    unit: z
      .enum(['auto', 'seconds', 'milliseconds', 'microseconds', 'nanoseconds'])
      .default('auto')
      .describe('The unit of a timestamp. "auto" decides by its size, and is right for the years 1973 to 5138.'),
    timezone,
    disambiguation,
  }),
  output: z.object({
    seconds: z.int().describe('Whole seconds since 1970 in UTC.'),
    milliseconds: z.int().describe('Whole milliseconds since 1970 in UTC.'),
    date_time: z.string().describe('The date and time with its offset, such as 2026-03-29T14:30:00+02:00.'),
  }),
  tests: [
    {
      input: { value: 1774787400, timezone: 'Europe/Berlin' },
      output: [
        ['seconds', 1774787400],
        ['milliseconds', 1774787400000],
        ['date_time', '2026-03-29T14:30:00+02:00'],
      ],
    },
    {
      input: { value: '1774787400123' },
      output: [
        ['seconds', 1774787400],
        ['milliseconds', 1774787400123],
        ['date_time', '2026-03-29T12:30:00.123+00:00'],
      ],
    },
    {
      input: { value: 1774787400123456789n },
      output: [
        ['seconds', 1774787400],
        ['milliseconds', 1774787400123],
        ['date_time', '2026-03-29T12:30:00.123456789+00:00'],
      ],
    },
    {
      input: { value: -1.5, unit: 'seconds' },
      output: [
        ['seconds', -2],
        ['milliseconds', -1500],
        ['date_time', '1969-12-31T23:59:58.5+00:00'],
      ],
    },
    {
      input: {},
      now: '2026-03-29T12:30:00Z',
      output: [
        ['seconds', 1774787400],
        ['milliseconds', 1774787400000],
        ['date_time', '2026-03-29T12:30:00+00:00'],
      ],
    },
    {
      input: { value: 'tomorrow' },
      output: [['error', (message: string) => message.startsWith('value must be an ISO 8601 date')]],
    },
    { input: { value: 1e30 }, output: [['error', 'value must be a timestamp within the years -271821 to 275760, got 1e+30']] },
  ],
  *run({ value, unit, ...reading }) {
    const zoned = read(value, unit, reading)
    yield ['seconds', Math.floor(zoned.epochMilliseconds / 1000)]
    yield ['milliseconds', zoned.epochMilliseconds]
    yield ['date_time', showMoment({ zoned, isDate: false })]
  },
})

const NANOSECONDS = { seconds: 10n ** 9n, milliseconds: 10n ** 6n, microseconds: 10n ** 3n, nanoseconds: 1n }
type Unit = keyof typeof NANOSECONDS

function read(
  value: number | bigint | string,
  unit: Unit | 'auto',
  reading: Parameters<typeof parseMoment>[2],
): Temporal.ZonedDateTime {
  if (value === '') return parseMoment('value', Date.now(), reading).zoned
  if (typeof value === 'string' && !/^[+-]?\d+(\.\d+)?$/.test(value.trim())) return parseMoment('value', value, reading).zoned
  const text = String(value).trim()
  try {
    const zone = reading.timezone || 'UTC'
    return Temporal.Instant.fromEpochNanoseconds(toNanoseconds(text, unit)).toZonedDateTimeISO(zone)
  } catch (cause) {
    // An unknown zone fails here, with its own message.
    parseMoment('value', 0, reading)
    throw new Error(`value must be a timestamp within the years -271821 to 275760, got ${showText(value)}`, { cause })
  }
}

function toNanoseconds(text: string, unit: Unit | 'auto'): bigint {
  const [whole = '', fraction = ''] = text.split('.')
  const scale = NANOSECONDS[unit === 'auto' ? guessUnit(whole) : unit]
  const sign = whole.startsWith('-') ? -1n : 1n
  const parts = BigInt(`0${fraction}`) * scale
  return BigInt(whole) * scale + (sign * parts) / 10n ** BigInt(fraction.length)
}

function guessUnit(whole: string): Unit {
  const digits = whole.replace(/^[+-]/, '').length
  if (digits <= 11) return 'seconds'
  if (digits <= 14) return 'milliseconds'
  return digits <= 17 ? 'microseconds' : 'nanoseconds'
}
