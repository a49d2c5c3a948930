import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { compare, OPERATORS, readSide } from './compare.ts'

export const condition = defineBlock({
  id: '715696a0-e1da-45c8-b209-c2fa9c3b0be6',
  name: 'condition',
  description: 'Compare two values and choose one of two outputs.',
  category: 'LOGIC',
  common: true,
  icon: 'git-fork',
  synonyms: [
    'if',
    'else',
    'if else',
    'branch',
    'compare',
    'switch',
    'router',
    'decision',
    'filter',
    'greater than',
    'less than',
    'equals',
    'path',
    'only continue if',
  ],
  input: z.object({
    value1: z.unknown().describe('Left side. A numeric text counts as a number. White space around other texts is removed.'),
    operator: z.enum(OPERATORS),
    value2: z.unknown().describe('Right side, converted in the same way.'),
    yes_value: z.unknown().default(null).describe('Value to send if the comparison is true. By default value1.'),
    no_value: z.unknown().default(null).describe('Value to send if the comparison is false. By default value2.'),
  }),
  output: z.object({
    result: z.boolean(),
    yes_output: z.unknown().describe('Sent only if the comparison is true.'),
    no_output: z.unknown().describe('Sent only if the comparison is false.'),
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
      name: 'compares long ids exactly and sends them unchanged',
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
    const [left, right] = [readSide(value1), readSide(value2)]
    const result = compare(left, operator, right)
    yield ['result', result]
    if (result) yield ['yes_output', yesValue ?? value1]
    else yield ['no_output', noValue ?? value2]
  },
})
