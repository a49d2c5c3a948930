import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

const item = z.array(z.unknown()).default([]).meta({ description: 'A value of each iteration of the loop.', collect: true })

const output = z.object({
  item: z.unknown().describe('The item. Not sent if the loop sends none.'),
  found: z.boolean().describe('Whether there is an item.'),
})

export const first = defineBlock({
  id: 'c32df49a-4cc6-41d3-9e54-0c41d1cc2489',
  name: 'first',
  description: 'Get the first item that a loop sends, in the order of the loop and not of time.',
  category: 'LIST',
  categories: ['LOOP'],
  synonyms: ['first of loop', 'head', 'first match', 'first error', 'first result', 'first success', 'find first', 'take one'],
  input: z.object({ item }),
  output,
  tests: [
    {
      input: { item: ['a', 'b'] },
      output: [
        ['item', 'a'],
        ['found', true],
      ],
    },
    { name: 'an empty loop', input: {}, output: [['found', false]] },
    {
      name: 'null is an item',
      input: { item: [null, 1] },
      output: [
        ['item', null],
        ['found', true],
      ],
    },
  ],
  *run({ item: items }) {
    if (items.length > 0) yield ['item', items[0]]
    yield ['found', items.length > 0]
  },
})

export const last = defineBlock({
  id: 'cf8ef7cd-b626-4b2d-9cb2-2c78ee1e8c68',
  name: 'last',
  description: 'Get the last item that a loop sends, in the order of the loop and not of time.',
  category: 'LIST',
  categories: ['LOOP'],
  synonyms: ['last of loop', 'tail', 'last result', 'latest', 'final item', 'newest'],
  input: z.object({ item }),
  output,
  tests: [
    {
      input: { item: ['a', 'b'] },
      output: [
        ['item', 'b'],
        ['found', true],
      ],
    },
    { name: 'an empty loop', input: {}, output: [['found', false]] },
  ],
  *run({ item: items }) {
    if (items.length > 0) yield ['item', items.at(-1)]
    yield ['found', items.length > 0]
  },
})
