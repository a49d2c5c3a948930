import { defineBlock, toJsonNumber, type JsonNumber } from '@ashlar/sdk'
import { z } from 'zod'
import { numberPin } from './pins/index.ts'

export const round = defineBlock({
  id: '0cf0c597-437e-4501-95c5-19384c4c6c9f',
  name: 'round',
  description: 'Round a number to a number of decimals.',
  category: 'MATH',
  common: true,
  synonyms: ['ceil', 'floor', 'truncate', 'decimals', 'precision', 'nearest'],
  input: z.object({
    value: numberPin,
    digits: z.int().min(-20).max(20).default(0).describe('Number of decimals. -2 rounds to hundreds.'),
  }),
  output: z.object({ result: numberPin }),
  tests: [
    { name: 'halves round away from zero', input: { value: 1.005, digits: 2 }, output: [['result', 1.01]] },
    { input: { value: -2.5 }, output: [['result', -3]] },
    { input: { value: 1250, digits: -2 }, output: [['result', 1300]] },
    { input: { value: 7615917337495251250n, digits: -2 }, output: [['result', 7615917337495251300n]] },
    { input: { value: 7615917337495251231n, digits: 2 }, output: [['result', 7615917337495251231n]] },
    { input: { value: 1.5e-7, digits: 3 }, output: [['result', 0]] },
    { name: 'a large number', input: { value: 1e290, digits: 20 }, output: [['result', 1e290]] },
  ],
  *run({ value, digits }) {
    if (typeof value === 'bigint') return yield ['result', roundInteger(value, digits)]
    const shifted = shift(Math.abs(value), digits)
    // A number this large has no digits after the point.
    yield ['result', Number.isFinite(shifted) ? Math.sign(value) * shift(Math.round(shifted), -digits) : value]
  },
})

function roundInteger(value: bigint, digits: number): JsonNumber {
  if (digits >= 0) return value
  const step = 10n ** BigInt(-digits)
  const half = value < 0n ? -step / 2n : step / 2n
  return toJsonNumber(((value + half) / step) * step)
}

/** Moves the decimal point in the text of a number, because 1.005 is exact only as text. */
function shift(value: number, digits: number): number {
  const [mantissa, exponent = '0'] = String(value).split('e')
  return Number(`${mantissa}e${Number(exponent) + digits}`)
}
