import { addNumbers, defineBlock, divideNumbers, multiplyNumbers, raiseNumber, subtractNumbers } from '@ashlar/sdk'
import { z } from 'zod'
import { numberPin } from './pins/index.ts'

export const calculate = defineBlock({
  id: 'b1ab9b19-67a6-406d-abf5-2dba76d00c79',
  name: 'calculate',
  description: 'Calculate with two numbers.',
  category: 'MATH',
  common: true,
  synonyms: [
    'calculator',
    'add',
    'subtract',
    'multiply',
    'divide',
    'plus',
    'minus',
    'power',
    'modulo',
    'arithmetic',
    'math',
    'sum',
  ],
  input: z.object({
    operation: z.enum(['Add', 'Subtract', 'Multiply', 'Divide', 'Power']),
    a: numberPin,
    b: numberPin,
    round_result: z.boolean().default(false).describe('Round to a whole number. Halves round to even.'),
  }),
  output: z.object({
    result: numberPin.describe('Exact for whole numbers of any size. A fractional quotient is the nearest number.'),
  }),
  tests: [
    { input: { operation: 'Add', a: 2, b: 3 }, output: [['result', 5]] },
    { input: { operation: 'Power', a: 2, b: -1 }, output: [['result', 0.5]] },
    { name: 'a half rounds to even', input: { operation: 'Divide', a: 5, b: 2, round_result: true }, output: [['result', 2]] },
    {
      name: 'whole numbers of any size are exact',
      input: { operation: 'Add', a: 7615917337495251231n, b: 1 },
      output: [['result', 7615917337495251232n]],
    },
    { input: { operation: 'Subtract', a: 7615917337495251231n, b: 7615917337495251230n }, output: [['result', 1]] },
    { input: { operation: 'Multiply', a: 9007199254740991, b: 3 }, output: [['result', 27021597764222973n]] },
    {
      input: { operation: 'Add', a: 7615917337495251231n, b: 0.5 },
      output: [['error', (message: string) => message.startsWith('7615917337495251231 + 0.5 loses digits')]],
    },
    {
      input: { operation: 'Multiply', a: 1e308, b: 10 },
      output: [['error', (message: string) => message.startsWith('1e+308 * 10 gives no finite number')]],
    },
    { input: { operation: 'Subtract', a: -1, b: 2.5, round_result: true }, output: [['result', -4]] },
    {
      input: { operation: 'Divide', a: 1, b: 0 },
      output: [['error', (message: string) => message.startsWith('1 / 0 gives no finite number')]],
    },
  ],
  *run({ operation, a, b, round_result: isRounded }) {
    // AutoGPT's block returns Infinity or NaN in cases where these functions throw. JSON has neither value.
    const result = OPERATIONS[operation](a, b)
    yield ['result', isRounded && typeof result === 'number' ? roundHalfToEven(result) : result]
  },
})

const OPERATIONS = {
  Add: addNumbers,
  Subtract: subtractNumbers,
  Multiply: multiplyNumbers,
  Divide: divideNumbers,
  Power: raiseNumber,
}

function roundHalfToEven(value: number): number {
  const down = Math.floor(value)
  if (value - down !== 0.5) return Math.round(value)
  return down % 2 === 0 ? down : down + 1
}
