import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const round = defineBlock({
  id: '0cf0c597-437e-4501-95c5-19384c4c6c9f',
  name: 'round',
  description: 'Round a number to a number of decimals.',
  category: 'MATH',
  input: z.object({
    value: z.number(),
    digits: z.int().min(-20).max(20).default(0).describe('Decimals to keep; -2 rounds to hundreds.'),
  }),
  output: z.object({ result: z.number() }),
  tests: [
    { name: 'a half goes away from zero', input: { value: 1.005, digits: 2 }, output: [['result', 1.01]] },
    { input: { value: -2.5 }, output: [['result', -3]] },
    { input: { value: 1250, digits: -2 }, output: [['result', 1300]] },
    { input: { value: 1.5e-7, digits: 3 }, output: [['result', 0]] },
  ],
  *run({ value, digits }) {
    yield ['result', Math.sign(value) * shift(Math.round(shift(Math.abs(value), digits)), -digits)]
  },
})

/** Moves the decimal point in the decimal text of a number, where 1.005 is exact. */
function shift(value: number, digits: number): number {
  const [mantissa, exponent = '0'] = String(value).split('e')
  return Number(`${mantissa}e${Number(exponent) + digits}`)
}
