import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { randomBelow } from './random-below.ts'

export const randomNumber = defineBlock({
  id: '8a40d5e9-babb-4b32-881a-a9d5ca9747b8',
  name: 'random-number',
  description: 'Create a random number.',
  category: 'MATH',
  icon: 'dices',
  synonyms: ['random', 'dice', 'random integer', 'rand', 'roll', 'lottery', 'random float', 'chance'],
  input: z.object({
    min: z.number().default(0).describe('The smallest number.'),
    max: z.number().default(100).describe('The largest number.'),
    whole: z
      .boolean()
      .default(true)
      .describe('Create whole numbers. Both ends are possible. Otherwise the largest number is not.'),
    count: z.int().min(1).max(10_000).default(1).describe('How many numbers to create for the list.'),
  }),
  output: z.object({
    number: z.number().describe('The (first) number.'),
    list: z.array(z.number()).describe('The numbers.'),
  }),
  tests: [
    {
      input: { min: 1, max: 6, count: 50 },
      output: [
        ['number', z.int().min(1).max(6)],
        ['list', z.array(z.int().min(1).max(6)).length(50)],
      ],
    },
    {
      input: { min: 0.5, max: 0.75, whole: false },
      output: [
        ['number', z.number().min(0.5).lt(0.75)],
        ['list', z.array(z.number()).length(1)],
      ],
    },
    {
      input: { min: 7, max: 7 },
      output: [
        ['number', 7],
        ['list', [7]],
      ],
    },
    { input: { min: 5, max: 1 }, output: [['error', 'max must not be less than min, which is 5, got 1']] },
    { input: { min: 0.2, max: 0.8 }, output: [['error', 'there is no whole number from 0.2 to 0.8; set whole to false']] },
  ],
  *run({ min, max, whole, count }) {
    if (max < min) throw new Error(`max must not be less than min, which is ${min}, got ${max}`)
    const [first, last] = [Math.ceil(min), Math.floor(max)]
    if (whole && last < first) throw new Error(`there is no whole number from ${min} to ${max}; set whole to false`)
    if (whole && last - first >= 2 ** 53) throw new Error('max - min must be less than 2 ** 53')
    const create = () => (whole ? first + randomBelow(last - first + 1) : min + (randomBelow(2 ** 53) / 2 ** 53) * (max - min))
    const list = Array.from({ length: count }, create)
    yield ['number', list[0] ?? min]
    yield ['list', list]
  },
})
