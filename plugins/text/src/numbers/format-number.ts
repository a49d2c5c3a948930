import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const formatNumber = defineBlock({
  id: '27181031-0445-44bd-804c-e86b8ec7465e',
  name: 'format-number',
  description: 'Write a number for people: with separators, as money, as a percentage, as a file size, or in words such as 1.2M.',
  category: 'TEXT',
  categories: ['MATH'],
  icon: 'banknote',
  synonyms: [
    'currency',
    'money',
    'format price',
    'thousands separator',
    'percent',
    'decimal places',
    'locale',
    'human readable',
    'file size',
    'ordinal',
  ],
  input: z.object({
    number: z.union([z.number(), z.bigint()]).describe('The number.'),
    style: z
      .enum(['number', 'currency', 'percent', 'bytes', 'compact', 'ordinal'])
      .default('number')
      .describe(
        'number: 1,234.5. currency: €1,234.50. percent: 0.25 as 25%. bytes: 1.2 MB. compact: 1.2K. ordinal: 3rd (in English).',
      ),
    language: z
      .string()
      .default('en')
      .meta({ description: 'The language and region, which determine the separators.', examples: ['de', 'en-IN', 'fr-CH'] }),
    currency: z
      .string()
      .default('EUR')
      .meta({ description: 'The currency, as a code of ISO 4217.', examples: ['USD'] }),
    min_decimals: z.int().min(0).max(20).optional().describe('The minimum number of decimals.'),
    max_decimals: z.int().min(0).max(20).optional().describe('The maximum number of decimals. The number is rounded.'),
  }),
  output: z.object({ text: z.string().describe('The number as text.') }),
  tests: [
    { input: { number: 1234567.891 }, output: [['text', '1,234,567.891']] },
    { input: { number: 1234.5, style: 'currency', language: 'de' }, output: [['text', '1.234,50\u00a0€']] },
    { input: { number: 1234, style: 'currency', currency: 'JPY' }, output: [['text', '¥1,234']] },
    { input: { number: 0.1234, style: 'percent', max_decimals: 1 }, output: [['text', '12.3%']] },
    { input: { number: 1_234_567, style: 'bytes' }, output: [['text', '1.2 MB']] },
    { input: { number: 999_999, style: 'bytes' }, output: [['text', '1 MB']] },
    { input: { number: 1_250_000, style: 'compact' }, output: [['text', '1.3M']] },
    { input: { number: 112, style: 'ordinal' }, output: [['text', '112th']] },
    { input: { number: 7615917337495251231n, language: 'en-IN' }, output: [['text', '76,15,91,73,37,49,52,51,231']] },
    {
      input: { number: 1, style: 'currency', currency: 'euro' },
      output: [['error', 'currency must be a code such as "EUR", got "euro"']],
    },
    {
      input: { number: 1, min_decimals: 3, max_decimals: 2 },
      output: [['error', 'min_decimals must not be greater than max_decimals, which is 2, got 3']],
    },
    {
      input: { number: 1, language: '!' },
      output: [['error', 'language must be a language tag such as "en" or "de-CH", got "!"']],
    },
  ],
  *run({ number, style, language, currency, min_decimals: min, max_decimals: max }) {
    if (min !== undefined && max !== undefined && min > max)
      throw new Error(`min_decimals must not be greater than max_decimals, which is ${max}, got ${min}`)
    if (!/^[A-Za-z]{3}$/.test(currency)) throw new Error(`currency must be a code such as "EUR", got ${JSON.stringify(currency)}`)
    checkLanguage(language)
    const decimals = {
      ...(min !== undefined && { minimumFractionDigits: min }),
      ...(max !== undefined && { maximumFractionDigits: max }),
    }
    yield ['text', write(number, style, { language, currency, decimals })]
  },
})

interface Options {
  readonly language: string
  readonly currency: string
  readonly decimals: Intl.NumberFormatOptions
}

function write(number: number | bigint, style: string, { language, currency, decimals }: Options): string {
  const format = (options: Intl.NumberFormatOptions, value = number) =>
    new Intl.NumberFormat(language, { ...options, ...decimals }).format(value)
  switch (style) {
    case 'currency':
      return format({ style: 'currency', currency })
    case 'percent':
      return format({ style: 'percent' })
    case 'compact':
      return format({ notation: 'compact' })
    case 'bytes':
      return writeBytes(Number(number), format)
    case 'ordinal':
      return format({}) + (ENDINGS[new Intl.PluralRules('en', { type: 'ordinal' }).select(Number(number))] ?? 'th')
    default:
      return format({ maximumFractionDigits: 20 })
  }
}

const ENDINGS: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd' }

const UNITS = ['byte', 'kB', 'MB', 'GB', 'TB', 'PB']

/** The units of SI: 1 kB is 1000 bytes. */
function writeBytes(bytes: number, format: (options: Intl.NumberFormatOptions, value: number) => string): string {
  let power = Math.min(Math.max(Math.floor(Math.log10(Math.max(Math.abs(bytes), 1)) / 3), 0), UNITS.length - 1)
  // 999 999 bytes round to 1 MB, not to 1000 kB.
  if (power < UNITS.length - 1 && Math.round((Math.abs(bytes) / 1000 ** power) * 10) / 10 >= 1000) power++
  const value = bytes / 1000 ** power
  const unit = power === 0 ? (Math.abs(bytes) === 1 ? 'byte' : 'bytes') : UNITS[power]
  return `${format({ maximumFractionDigits: power === 0 ? 0 : 1 }, value)} ${unit}`
}

function checkLanguage(language: string): void {
  try {
    Intl.getCanonicalLocales(language)
  } catch (cause) {
    throw new Error(`language must be a language tag such as "en" or "de-CH", got ${JSON.stringify(language.slice(0, 100))}`, {
      cause,
    })
  }
}
