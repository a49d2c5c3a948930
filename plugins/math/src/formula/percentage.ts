import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const percentage = defineBlock({
  id: 'ff9b4d3d-46b6-424c-b2f1-50d9b389fea0',
  name: 'percentage',
  description: 'Compute with percentages: a share, a change, a discount, or a value with or without tax.',
  category: 'MATH',
  icon: 'percent',
  synonyms: ['percent', 'discount', 'vat', 'tax', 'growth', 'percentage change', 'margin', 'markup', 'net', 'gross'],
  input: z.object({
    operation: z
      .enum(['percent_of', 'share', 'change', 'increase', 'decrease', 'remove'])
      .describe(
        'percent_of: b % of a. share: a in percent of b. change: from a to b in percent. increase: a plus b %. decrease: a minus b %. remove: a without the b % that were added.',
      ),
    a: z.number().describe('The first number.'),
    b: z.number().describe('The second number.'),
  }),
  output: z.object({ result: z.number().describe('The result, rounded to 12 digits.') }),
  tests: [
    { input: { operation: 'percent_of', a: 250, b: 19 }, output: [['result', 47.5]] },
    { input: { operation: 'share', a: 50, b: 200 }, output: [['result', 25]] },
    { input: { operation: 'change', a: 80, b: 100 }, output: [['result', 25]] },
    { input: { operation: 'increase', a: 19.99, b: 10 }, output: [['result', 21.989]] },
    { input: { operation: 'decrease', a: 100, b: 33 }, output: [['result', 67]] },
    { input: { operation: 'remove', a: 119, b: 19 }, output: [['result', 100]] },
    { input: { operation: 'share', a: 1, b: 0 }, output: [['error', 'share of 1 and 0 has no finite result']] },
  ],
  *run({ operation, a, b }) {
    const result = OPERATIONS[operation](a, b)
    if (!Number.isFinite(result)) throw new Error(`${operation} of ${a} and ${b} has no finite result`)
    yield ['result', Number(result.toPrecision(12))]
  },
})

const OPERATIONS = {
  percent_of: (a: number, b: number) => (a * b) / 100,
  share: (a: number, b: number) => (a / b) * 100,
  change: (a: number, b: number) => ((b - a) / Math.abs(a)) * 100,
  increase: (a: number, b: number) => a * (1 + b / 100),
  decrease: (a: number, b: number) => a * (1 - b / 100),
  remove: (a: number, b: number) => a / (1 + b / 100),
}
