import { defineBlock, parseNumber, type JsonNumber } from '@ashlar/sdk'
import { z } from 'zod'

export const parseNumberBlock = defineBlock({
  id: '8438d6db-4383-4ab6-97d1-0d343a8b3ede',
  name: 'parse-number',
  description: 'Read a number from a text as people write it: "1.234,50 €", "12 %", "$3,000".',
  category: 'TEXT',
  categories: ['MATH'],
  icon: 'hash',
  synonyms: [
    'text to number',
    'string to number',
    'parse currency',
    'parse price',
    'convert to number',
    'decimal comma',
    'to float',
    'to integer',
  ],
  input: z.object({
    text: z.string().describe('The text. Currency signs, codes and units around the number are ignored.'),
    decimal: z
      .enum(['auto', '.', ','])
      .default('auto')
      .describe(
        'The decimal separator. "auto" decides by the text; a single separator before three digits ("1,234") separates thousands.',
      ),
  }),
  output: z.object({
    number: z.union([z.number(), z.bigint()]).describe('The number. A percentage is divided by 100.'),
    unit: z.string().describe('The text around the number, such as "€" or "kg".'),
  }),
  tests: [
    {
      input: { text: '1.234,50 €' },
      output: [
        ['number', 1234.5],
        ['unit', '€'],
      ],
    },
    {
      input: { text: '$-3,000' },
      output: [
        ['number', -3000],
        ['unit', '$'],
      ],
    },
    {
      input: { text: "CHF 1'234.50" },
      output: [
        ['number', 1234.5],
        ['unit', 'CHF'],
      ],
    },
    {
      input: { text: '12,5 %' },
      output: [
        ['number', 0.125],
        ['unit', '%'],
      ],
    },
    {
      name: 'brackets of accountants, and the minus of typography',
      input: { text: '(1 234.5)' },
      output: [
        ['number', -1234.5],
        ['unit', ''],
      ],
    },
    {
      input: { text: '1,234', decimal: ',' },
      output: [
        ['number', 1.234],
        ['unit', ''],
      ],
    },
    {
      input: { text: '7.615.917.337.495.251.231' },
      output: [
        ['number', 7615917337495251231n],
        ['unit', ''],
      ],
    },
    {
      input: { text: '1.5e-3 m' },
      output: [
        ['number', 0.0015],
        ['unit', 'm'],
      ],
    },
    { input: { text: 'none' }, output: [['error', 'text must contain one number, got "none"']] },
    { input: { text: '1 of 2' }, output: [['error', 'text must contain one number, got "1 of 2"']] },
    { input: { text: '1.2.3' }, output: [['error', 'text must contain one number, got "1.2.3"']] },
    {
      name: 'a percentage without the error of a binary fraction',
      input: { text: '1.1 %' },
      output: [
        ['number', 0.011],
        ['unit', '%'],
      ],
    },
  ],
  *run({ text, decimal }) {
    const { number, unit } = read(text, decimal)
    yield ['number', number]
    yield ['unit', unit]
  },
})

/** Digits with separators: points, commas, spaces, apostrophes. */
const NUMBER = /[+\-−–]?\d(?:[\d.,'’]|[ \u00a0\u202f](?=\d{3}(?!\d)))*(?:e[+-]?\d{1,3}(?![\p{L}\d]))?/giu

function read(text: string, decimal: 'auto' | '.' | ','): { number: JsonNumber; unit: string } {
  const complaint = `text must contain one number, got ${JSON.stringify(text.slice(0, 100))}`
  const found = [...text.matchAll(NUMBER)]
  const [only] = found
  if (!only || found.length > 1) throw new Error(complaint)
  const [mantissa = '', exponent] = only[0].replace(/[−–]/, '-').split(/e(?=[+-]?\d+$)/i)
  const digits = normalize(mantissa.replace(/[ \u00a0\u202f'’]/g, '').replace(/[.,]$/, ''), decimal)
  const value = digits === undefined ? undefined : parseNumber(exponent === undefined ? digits : `${digits}e${exponent}`)
  if (value === undefined) throw new Error(complaint)
  const around = text.slice(0, only.index) + text.slice(only.index + only[0].length)
  const isNegative =
    /^\s*\(.*\)\s*$/s.test(text) || (/[-−]\s*[^\d\s]{0,3}\s*$/.test(text.slice(0, only.index)) && !only[0].startsWith('-'))
  const unit = around.replace(/[()\-−]/g, '').trim()
  const signed = isNegative ? -value : value
  return { number: unit === '%' ? Number((Number(signed) / 100).toPrecision(15)) : signed, unit }
}

/** Returns the number with a decimal point and without separators of thousands, or undefined if they contradict. */
function normalize(text: string, decimal: 'auto' | '.' | ','): string | undefined {
  const point = decimal === 'auto' ? findDecimal(text) : decimal
  const [whole = '', fraction, ...more] = point === '' ? [text] : text.split(point)
  if (more.length > 0 || (fraction !== undefined && /[.,]/.test(fraction))) return undefined
  const groups = whole.replace(/^[+-]/, '').split(/[.,]/)
  if (
    groups.slice(1).some((group) => group.length !== 3 && group.length !== 2) ||
    (groups.length > 1 && groups.at(-1)?.length !== 3)
  )
    return undefined
  return whole.replace(/[.,]/g, '') + (fraction === undefined ? '' : `.${fraction}`)
}

/** @returns '' when the number has no decimals */
function findDecimal(text: string): '.' | ',' | '' {
  const [points, commas] = [text.split('.').length - 1, text.split(',').length - 1]
  if (points > 0 && commas > 0) return text.lastIndexOf('.') > text.lastIndexOf(',') ? '.' : ','
  const single = points === 1 ? '.' : commas === 1 ? ',' : ''
  if (single === '') return ''
  // "1,234" has thousands, "1.234" in a text of a program is a fraction; the comma decides.
  return /^[+-]?[1-9]\d{0,2},\d{3}$/.test(text) ? '' : single
}
