import { compareNumbers, defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { numberPin } from '../pins/index.ts'

export const clamp = defineBlock({
  id: '608f6cbb-67e9-48b7-9935-c18a6f135026',
  name: 'clamp',
  description: 'Limit a number to a range.',
  category: 'MATH',
  icon: 'chevrons-left-right-ellipsis',
  synonyms: ['limit number', 'minimum', 'maximum', 'bounds', 'cap', 'at least', 'at most', 'range check', 'between'],
  input: z.object({
    number: numberPin.describe('The number.'),
    min: numberPin.optional().describe('The smallest result. By default there is no limit.'),
    max: numberPin.optional().describe('The largest result. By default there is no limit.'),
  }),
  output: z.object({
    result: numberPin.describe('The number, or the limit that it exceeds.'),
    in_range: z.boolean().describe('Whether the number is within the limits.'),
  }),
  tests: [
    {
      input: { number: 15, min: 0, max: 10 },
      output: [
        ['result', 10],
        ['in_range', false],
      ],
    },
    {
      input: { number: 7615917337495251231n, min: 0 },
      output: [
        ['result', 7615917337495251231n],
        ['in_range', true],
      ],
    },
    { input: { number: 1, min: 5, max: 2 }, output: [['error', 'max must not be less than min, which is 5, got 2']] },
  ],
  *run({ number, min, max }) {
    if (min !== undefined && max !== undefined && compareNumbers(max, min) < 0)
      throw new Error(`max must not be less than min, which is ${min}, got ${max}`)
    const limit =
      min !== undefined && compareNumbers(number, min) < 0
        ? min
        : max !== undefined && compareNumbers(number, max) > 0
          ? max
          : undefined
    yield ['result', limit ?? number]
    yield ['in_range', limit === undefined]
  },
})
