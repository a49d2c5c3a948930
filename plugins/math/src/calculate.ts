import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const calculate = defineBlock({
  id: 'b1ab9b19-67a6-406d-abf5-2dba76d00c79',
  name: 'calculate',
  description: 'Calculate with two numbers.',
  category: 'MATH',
  input: z.object({
    operation: z.enum(['Add', 'Subtract', 'Multiply', 'Divide', 'Power']),
    a: z.number(),
    b: z.number(),
    round_result: z.boolean().default(false).describe('Round to a whole number; a half goes to the even neighbour.'),
  }),
  output: z.object({ result: z.number() }),
  tests: [
    { input: { operation: 'Add', a: 2, b: 3 }, output: [['result', 5]] },
    { input: { operation: 'Power', a: 2, b: -1 }, output: [['result', 0.5]] },
    { name: 'a half rounds to even', input: { operation: 'Divide', a: 5, b: 2, round_result: true }, output: [['result', 2]] },
    { input: { operation: 'Subtract', a: -1, b: 2.5, round_result: true }, output: [['result', -4]] },
    { input: { operation: 'Divide', a: 1, b: 0 }, output: [['error', 'Divide of 1 and 0 gives no finite number']] },
  ],
  *run({ operation, a, b, round_result: isRounded }) {
    const result = OPERATIONS[operation](a, b)
    // AutoGPT's block gives Infinity or NaN here. Values are JSON, which has neither.
    if (!Number.isFinite(result)) throw new Error(`${operation} of ${a} and ${b} gives no finite number`)
    yield ['result', isRounded ? roundHalfToEven(result) : result]
  },
})

const OPERATIONS = {
  Add: (a: number, b: number) => a + b,
  Subtract: (a: number, b: number) => a - b,
  Multiply: (a: number, b: number) => a * b,
  Divide: (a: number, b: number) => a / b,
  Power: (a: number, b: number) => a ** b,
}

function roundHalfToEven(value: number): number {
  const down = Math.floor(value)
  if (value - down !== 0.5) return Math.round(value)
  return down % 2 === 0 ? down : down + 1
}
