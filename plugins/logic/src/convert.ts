import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { coerce, TYPES } from './coerce.ts'

export const convert = defineBlock({
  id: '95d1b990-ce13-4d88-9737-ba5c2070c97b',
  name: 'convert',
  description: 'Convert a value to a text, a number, a boolean, a list or a dictionary.',
  category: 'LOGIC',
  icon: 'arrow-right-left',
  synonyms: [
    'cast',
    'type conversion',
    'to string',
    'to number',
    'parse number',
    'change type',
    'int',
    'float',
    'boolean',
    'str',
    'coerce',
    'universal type converter',
  ],
  input: z.object({ value: z.unknown(), type: z.enum(TYPES) }),
  output: z.object({ value: z.unknown() }),
  tests: [
    { input: { value: { a: [1] }, type: 'string' }, output: [['value', '{"a":[1]}']] },
    { input: { value: ' 3.5 ', type: 'number' }, output: [['value', 3.5]] },
    { input: { value: [1, 2, 3], type: 'number' }, output: [['value', 3]] },
    { input: { value: 'many', type: 'number' }, output: [['value', 0]] },
    { input: { value: '7615917337495251231', type: 'number' }, output: [['value', 7615917337495251231n]] },
    { input: { value: 7615917337495251231n, type: 'string' }, output: [['value', '7615917337495251231']] },
    { input: { value: '[7615917337495251231]', type: 'list' }, output: [['value', [7615917337495251231n]]] },
    {
      input: { value: '1e999', type: 'number' },
      output: [['error', (message) => message.startsWith('a number is 1e999, which is too large')]],
    },
    { input: { value: 'TRUE', type: 'boolean' }, output: [['value', true]] },
    { input: { value: 'yes', type: 'boolean' }, output: [['value', false]] },
    { input: { value: '[1, 2]', type: 'list' }, output: [['value', [1, 2]]] },
    { input: { value: { a: 1 }, type: 'list' }, output: [['value', [['a', 1]]]] },
    { input: { value: 'a', type: 'list' }, output: [['value', ['a']]] },
    { input: { value: '{"a": 1}', type: 'dictionary' }, output: [['value', { a: 1 }]] },
    { input: { value: ['a', 'b'], type: 'dictionary' }, output: [['value', { 0: 'a', 1: 'b' }]] },
    { input: { value: 5, type: 'dictionary' }, output: [['value', { value: 5 }]] },
    { name: 'a hexadecimal text is no number', input: { value: '0x10', type: 'number' }, output: [['value', 0]] },
  ],
  *run({ value, type }) {
    yield ['value', coerce(value, type)]
  },
})
