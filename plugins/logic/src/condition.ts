import { compareNumbers, defineBlock, isEqual, parseNumber, type JsonNumber } from '@ashlar/sdk'
import { z } from 'zod'

export const condition = defineBlock({
  id: '715696a0-e1da-45c8-b209-c2fa9c3b0be6',
  name: 'condition',
  description: 'Compare two values and go one of two ways.',
  category: 'LOGIC',
  input: z.object({
    value1: z
      .unknown()
      .describe('Left side. A text that is a number counts as that number; of other texts, white space around them is dropped.'),
    operator: z.enum(['==', '!=', '>', '<', '>=', '<=']),
    value2: z.unknown().describe('Right side, read in the same way.'),
    yes_value: z.unknown().default(null).describe('What to send when the comparison holds; value1 when missing.'),
    no_value: z.unknown().default(null).describe('What to send when it does not; value2 when missing.'),
  }),
  output: z.object({
    result: z.boolean(),
    yes_output: z.unknown().describe('Sent only when the comparison holds.'),
    no_output: z.unknown().describe('Sent only when it does not.'),
  }),
  tests: [
    {
      input: { value1: 10, operator: '>', value2: ' 9 ' },
      output: [
        ['result', true],
        ['yes_output', 10],
      ],
    },
    {
      input: { value1: 'b', operator: '<=', value2: 'a ', no_value: 'no' },
      output: [
        ['result', false],
        ['no_output', 'no'],
      ],
    },
    {
      input: { value1: '1e1', operator: '!=', value2: 10 },
      output: [
        ['result', false],
        ['no_output', 10],
      ],
    },
    {
      input: { value1: { a: [1], b: 2 }, operator: '==', value2: { b: 2, a: [1] }, yes_value: 0 },
      output: [
        ['result', true],
        ['yes_output', 0],
      ],
    },
    {
      name: 'compares long ids exactly, and sends them as they came',
      input: { value1: '12345678901234567890', operator: '==', value2: '12345678901234567891' },
      output: [
        ['result', false],
        ['no_output', '12345678901234567891'],
      ],
    },
    {
      input: { value1: '00501', operator: '<', value2: 12345678901234567891n },
      output: [
        ['result', true],
        ['yes_output', '00501'],
      ],
    },
    {
      input: { value1: 'ten', operator: '>', value2: 9 },
      output: [['error', 'cannot compare "ten" > 9: both must be numbers or both texts']],
    },
  ],
  *run({ value1, operator, value2, yes_value: yesValue, no_value: noValue }) {
    const [left, right] = [read(value1), read(value2)]
    const result = compare(left, operator, right)
    yield ['result', result]
    if (result) yield ['yes_output', yesValue ?? value1]
    else yield ['no_output', noValue ?? value2]
  },
})

function read(value: unknown): unknown {
  return typeof value === 'string' ? (parseNumber(value) ?? value.trim()) : value
}

function compare(left: unknown, operator: '==' | '!=' | '>' | '<' | '>=' | '<=', right: unknown): boolean {
  if (operator === '==') return isEqual(left, right)
  if (operator === '!=') return !isEqual(left, right)
  if (isNumber(left) && isNumber(right)) return isOrdered(compareNumbers(left, right), operator)
  if (typeof left === 'string' && typeof right === 'string') return isOrdered(left < right ? -1 : left > right ? 1 : 0, operator)
  const [shownLeft, shownRight] = [left, right].map((side) => JSON.stringify(side).slice(0, 100))
  throw new Error(`cannot compare ${shownLeft} ${operator} ${shownRight}: both must be numbers or both texts`)
}

function isNumber(value: unknown): value is JsonNumber {
  return typeof value === 'number' || typeof value === 'bigint'
}

/** @param order of the left side to the right: below 0, 0, above 0 */
function isOrdered(order: number, operator: '>' | '<' | '>=' | '<='): boolean {
  switch (operator) {
    case '>':
      return order > 0
    case '<':
      return order < 0
    case '>=':
      return order >= 0
    case '<=':
      return order <= 0
  }
}
