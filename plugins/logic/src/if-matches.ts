import { defineBlock, isEqual } from '@ashlar/sdk'
import { z } from 'zod'
import { coerce, type Type } from './coerce.ts'

export const ifMatches = defineBlock({
  id: '6dbbc4b3-ca6c-42b6-b508-da52d23e13f2',
  name: 'if-matches',
  description: 'Check whether two values are equal and choose one of two outputs.',
  category: 'LOGIC',
  icon: 'equal',
  synonyms: ['if', 'if equal', 'equals', 'is same', 'compare', 'switch', 'branch', 'router', 'match', 'input matches'],
  input: z.object({
    input: z.unknown().describe('The value to test.'),
    value: z.unknown().describe('The value to compare with, after conversion to the type of the input.'),
    yes_value: z.unknown().default(null).describe('Value to send if they are equal.'),
    no_value: z.unknown().default(null).describe('Value to send if they differ.'),
  }),
  output: z.object({
    result: z.boolean(),
    yes_output: z.unknown().describe('Sent only if the values are equal.'),
    no_output: z.unknown().describe('Sent only if the values differ.'),
  }),
  tests: [
    {
      input: { input: 10, value: '10', yes_value: 'ten' },
      output: [
        ['result', true],
        ['yes_output', 'ten'],
      ],
    },
    {
      name: 'sends null',
      input: { input: 'a', value: 'b', yes_value: 1 },
      output: [
        ['result', false],
        ['no_output', null],
      ],
    },
    {
      name: 'compares long ids exactly',
      input: { input: 7615917337495251231n, value: '7615917337495251232' },
      output: [
        ['result', false],
        ['no_output', null],
      ],
    },
    {
      input: { input: [1, { a: 2 }], value: '[1,{"a":2}]' },
      output: [
        ['result', true],
        ['yes_output', null],
      ],
    },
  ],
  *run({ input, value, yes_value: yesValue, no_value: noValue }) {
    const result = isEqual(input, coerce(value, getType(input)))
    yield ['result', result]
    yield result ? ['yes_output', yesValue] : ['no_output', noValue]
  },
})

function getType(value: unknown): Type {
  if (Array.isArray(value)) return 'list'
  const type = typeof value === 'bigint' ? 'number' : typeof value
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'dictionary'
}
