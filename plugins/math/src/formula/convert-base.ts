import { defineBlock, toJsonNumber } from '@ashlar/sdk'
import { z } from 'zod'
import { numberPin } from '../pins/index.ts'

const base = z.int().min(2).max(36)

export const convertBase = defineBlock({
  id: '205985cb-1448-465f-981e-1f1fa9a55807',
  name: 'convert-base',
  description: 'Convert a whole number to binary, octal, hexadecimal or another base, of any size.',
  category: 'MATH',
  icon: 'binary',
  synonyms: ['hex to decimal', 'decimal to binary', 'binary to decimal', 'octal', 'radix', 'number base', 'base 36'],
  input: z.object({
    text: z.union([z.string(), numberPin]).describe('The number. A prefix such as 0x, and _ between digits, are ignored.'),
    from: base.default(10).describe('The base of the number.'),
    to: base.default(16).describe('The base to convert to.'),
  }),
  output: z.object({
    text: z.string().describe('The number in the other base, in lower case.'),
    number: numberPin.describe('The number itself.'),
  }),
  tests: [
    {
      input: { text: '255' },
      output: [
        ['text', 'ff'],
        ['number', 255],
      ],
    },
    {
      input: { text: '-0xFFFF_FFFF_FFFF_FFFF', from: 16, to: 10 },
      output: [
        ['text', '-18446744073709551615'],
        ['number', -18446744073709551615n],
      ],
    },
    {
      input: { text: 'zz', from: 36, to: 2 },
      output: [
        ['text', '10100001111'],
        ['number', 1295],
      ],
    },
    { input: { text: '12', from: 2 }, output: [['error', 'text must be a whole number in base 2, got "12"']] },
    { input: { text: 1.5 }, output: [['error', 'text must be a whole number in base 10, got "1.5"']] },
  ],
  *run({ text: given, from, to }) {
    const text = String(given).trim()
    const digits = text
      .toLowerCase()
      .replace(/^[+-]/, '')
      .replace(PREFIXES[from] ?? /^$/, '')
      .replaceAll('_', '')
    const values = Array.from(digits, (digit) => Number.parseInt(digit, 36))
    if (digits === '' || digits.length > 1000 || values.some((value) => Number.isNaN(value) || value >= from))
      throw new Error(`text must be a whole number in base ${from}, got ${JSON.stringify(text.slice(0, 100))}`)
    const size = values.reduce((sum, value) => sum * BigInt(from) + BigInt(value), 0n)
    const number = text.startsWith('-') ? -size : size
    yield ['text', number.toString(to)]
    yield ['number', toJsonNumber(number)]
  },
})

const PREFIXES: Readonly<Record<number, RegExp>> = { 2: /^0b/, 8: /^0o/, 16: /^(0x|#)/ }
