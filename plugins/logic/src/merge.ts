import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

const PINS = ['a', 'b', 'c', 'd', 'e'] as const

const pin = z.unknown().optional().meta({
  description: 'The value of a branch. The block waits until each linked pin has a value or can no longer get one.',
  optional: true,
})

export const merge = defineBlock({
  id: '19d92ed0-9120-4a09-b718-1ad75539d128',
  name: 'merge',
  description: 'Continue with whatever arrived: join branches of which only some run.',
  category: 'LOGIC',
  common: true,
  icon: 'merge',
  synonyms: [
    'join branches',
    'merge branches',
    'wait for all',
    'first of',
    'either',
    'any of',
    'coalesce',
    'converge',
    'after if',
    'end if',
    'rejoin',
    'aggregator',
    'fallback',
    'default value',
  ],
  input: z.object({ a: pin, b: pin, c: pin, d: pin, e: pin }),
  output: z.object({
    value: z.unknown().describe('The first value in the order of the pins, or null if each value is null.'),
    values: z.array(z.unknown()).describe('All values, in the order of the pins.'),
    present: z.array(z.enum(PINS)).describe('The pins that have a value.'),
  }),
  tests: [
    {
      input: { b: 2, d: { x: 1 } },
      output: [
        ['value', 2],
        ['values', [2, { x: 1 }]],
        ['present', ['b', 'd']],
      ],
    },
    {
      name: 'false, 0 and an empty text are values',
      input: { a: false, b: 0, c: '' },
      output: [
        ['value', false],
        ['values', [false, 0, '']],
        ['present', ['a', 'b', 'c']],
      ],
    },
    {
      name: 'a pin with null has no value',
      input: { a: null, e: 'last' },
      output: [
        ['value', 'last'],
        ['values', ['last']],
        ['present', ['e']],
      ],
    },
    {
      input: {},
      output: [
        ['value', null],
        ['values', []],
        ['present', []],
      ],
    },
  ],
  *run(input) {
    const present = PINS.filter((name) => input[name] !== undefined && input[name] !== null)
    const values = present.map((name) => input[name])
    yield ['value', values[0] ?? null]
    yield ['values', values]
    yield ['present', present]
  },
})
