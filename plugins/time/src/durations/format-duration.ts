import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { reject, showText } from '../calendar/index.ts'
import { DURATION_UNITS, parseDuration, type DurationUnit } from './duration.ts'

export const formatDuration = defineBlock({
  id: '2ebbe495-ec4b-4030-bd7e-adaf11fa2e95',
  name: 'format-duration',
  description: 'Write a duration for people: "1 hr, 30 min", "1:30:00", in any language.',
  category: 'TIME',
  icon: 'timer',
  synonyms: ['seconds to time', 'human readable duration', 'humanize', 'time span', 'hh:mm:ss', 'minutes to hours', 'pretty ms'],
  input: z.object({
    duration: z
      .union([z.number(), z.string()])
      .describe('The duration in seconds, or a text such as "PT90M" or "1 day 2 hours".'),
    style: z
      .enum(['long', 'short', 'narrow', 'clock', 'iso'])
      .default('long')
      .describe('long: 1 hour, 30 minutes. short: 1 hr, 30 min. narrow: 1h 30m. clock: 1:30:00. iso: PT1H30M.'),
    language: z
      .string()
      .default('en')
      .meta({ description: 'The language.', examples: ['de'] }),
    largest_unit: z
      .enum(['auto', ...DURATION_UNITS.slice(2, 7)])
      .default('auto')
      .describe('The largest unit. "auto" uses days, and keeps months and years of the duration.'),
    parts: z.int().min(0).max(8).default(0).describe('The maximum number of units; smaller ones are left out. 0 for all.'),
  }),
  output: z.object({ text: z.string().describe('The duration.') }),
  tests: [
    { input: { duration: 93_784 }, output: [['text', '1 day, 2 hours, 3 minutes, 4 seconds']] },
    { input: { duration: 5400, style: 'short' }, output: [['text', '1 hr, 30 min']] },
    { input: { duration: 'PT90M', style: 'clock' }, output: [['text', '1:30:00']] },
    { input: { duration: 93_784, style: 'narrow', parts: 2 }, output: [['text', '1d 2h']] },
    { input: { duration: 7200, language: 'de' }, output: [['text', '2 Stunden']] },
    { input: { duration: 93_784, style: 'iso', largest_unit: 'hours' }, output: [['text', 'PT26H3M4S']] },
    { input: { duration: -90, style: 'clock' }, output: [['text', '-0:01:30']] },
    { input: { duration: 0 }, output: [['text', '0 seconds']] },
    {
      input: { duration: 1e300 },
      output: [
        [
          'error',
          (message: string) => message.startsWith('duration must be a number of seconds that a duration can have, got 1e+300'),
        ],
      ],
    },
    { input: { duration: 1, language: '!' }, output: [['error', 'language must be a language tag such as "en", got "!"']] },
  ],
  *run({ duration: given, style, language, largest_unit: largest, parts }) {
    const duration = balance(typeof given === 'number' ? fromSeconds(given) : parseDuration('duration', given), largest)
    const short = parts === 0 ? duration : keepParts(duration, parts)
    if (style === 'iso') yield ['text', short.toString()]
    else yield ['text', style === 'clock' ? writeClock(short) : writeWords(short, language, style)]
  },
})

function fromSeconds(seconds: number): Temporal.Duration {
  const complaint = `duration must be a number of seconds that a duration can have, got ${showText(seconds)}`
  return reject(complaint, () => Temporal.Duration.from({ milliseconds: Math.round(seconds * 1000) }))
}

function balance(duration: Temporal.Duration, largest: string): Temporal.Duration {
  if (duration.years !== 0 || duration.months !== 0) return duration
  const largestUnit = (largest === 'auto' ? 'days' : largest) as 'weeks' | 'days' | 'hours' | 'minutes' | 'seconds'
  // A week has seven days of 24 hours at every date in UTC.
  return duration.round({ largestUnit, relativeTo: Temporal.PlainDate.from('1970-01-01') })
}

function keepParts(duration: Temporal.Duration, parts: number): Temporal.Duration {
  const used = DURATION_UNITS.filter((unit) => duration[unit] !== 0)
  const dropped = DURATION_UNITS.filter((unit) => used.indexOf(unit) >= parts)
  return dropped.length === 0 ? duration : duration.with(Object.fromEntries(dropped.map((unit) => [unit, 0])))
}

function writeClock(duration: Temporal.Duration): string {
  const total =
    duration.years === 0 && duration.months === 0
      ? duration.round({ largestUnit: 'hours', relativeTo: Temporal.PlainDate.from('1970-01-01') })
      : undefined
  if (!total) throw new Error('duration must not have months or years for the style "clock"')
  const { hours, minutes, seconds, milliseconds } = total.abs()
  const fraction = milliseconds === 0 ? '' : `.${String(milliseconds).padStart(3, '0')}`
  return `${total.sign < 0 ? '-' : ''}${hours}:${String(minutes).padStart(2, '0')}:${String(seconds).padStart(2, '0')}${fraction}`
}

/** The part of `Intl.DurationFormat` that TypeScript does not know yet. */
interface DurationFormat {
  format(duration: Partial<Record<DurationUnit, number>>): string
}

function writeWords(duration: Temporal.Duration, language: string, style: 'long' | 'short' | 'narrow'): string {
  const { DurationFormat } = Intl as unknown as { DurationFormat: new (language: string, options: object) => DurationFormat }
  const amounts = Object.fromEntries(DURATION_UNITS.map((unit) => [unit, duration[unit]]))
  const format = createFormat(
    () => new DurationFormat(language, { style, ...(duration.blank && { secondsDisplay: 'always' }) }),
    language,
  )
  return format.format(amounts)
}

function createFormat<T>(create: () => T, language: string): T {
  try {
    return create()
  } catch (cause) {
    throw new Error(`language must be a language tag such as "en", got ${showText(language)}`, { cause })
  }
}
