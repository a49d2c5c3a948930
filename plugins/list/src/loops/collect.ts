import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { loopPin } from './loop-pin.ts'

export const collect = defineBlock({
  id: '49bbbe7c-0688-486d-96cd-b3e04f5c8596',
  name: 'collect',
  description: 'Gather the items of a loop into one list, in the order of the loop.',
  category: 'LIST',
  common: true,
  categories: ['LOOP'],
  synonyms: [
    'gather',
    'collect items',
    'aggregate items',
    'end loop',
    'end of loop',
    'loop results',
    'join items',
    'collector',
    'to array',
    'accumulate',
    'reassemble',
    'fan in',
    'map reduce',
    'group items',
    'loop',
  ],
  input: z.object({
    item: z.array(z.unknown()).default([]).meta({ description: 'A value of each iteration of the loop.', collect: true }),
    error: z.array(z.unknown()).default([]).meta({
      description: 'A failure in an iteration, from an error pin. A failure that is collected is handled.',
      collect: true,
    }),
    loop: loopPin,
  }),
  output: z.object({
    list: z
      .array(z.unknown())
      .describe(
        'The items in the order of the loop, once the loop has ended. Empty for an empty loop. For more than 8 MiB, use files/collect.',
      ),
    count: z.int().describe('The number of items.'),
    dropped: z.int().describe('The number of iterations that sent neither an item nor an error.'),
    errors: z.array(z.unknown()).describe('The failures in the order of the loop.'),
    partial: z.array(z.unknown()).describe('The items until then, only if the block that started the loop has failed.'),
  }),
  tests: [
    {
      input: { item: ['a', null, 'c'], loop: { iterations: 4, dropped: 1, failure: null } },
      output: [
        ['list', ['a', null, 'c']],
        ['count', 3],
        ['dropped', 1],
        ['errors', []],
      ],
    },
    {
      name: 'a failed iteration',
      input: { item: [1, 3], error: ['not a number'], loop: { iterations: 3, dropped: 0, failure: null } },
      output: [
        ['list', [1, 3]],
        ['count', 2],
        ['dropped', 0],
        ['errors', ['not a number']],
      ],
    },
    {
      name: 'an empty loop',
      input: {},
      output: [
        ['list', []],
        ['count', 0],
        ['dropped', 0],
        ['errors', []],
      ],
    },
    {
      name: 'a loop that ended early',
      input: { item: [1, 2], loop: { iterations: 3, dropped: 1, failure: 'page 4 is missing' } },
      output: [
        ['partial', [1, 2]],
        ['error', 'the loop ended early, with 2 items collected from 3 iterations: page 4 is missing'],
      ],
    },
  ],
  *run({ item: items, error: errors, loop }) {
    if (loop.failure !== null) {
      yield ['partial', items]
      throw new Error(
        `the loop ended early, with ${items.length} items collected from ${loop.iterations} iterations: ${loop.failure}`,
      )
    }
    yield ['list', items]
    yield ['count', items.length]
    yield ['dropped', loop.dropped]
    yield ['errors', errors]
  },
})
