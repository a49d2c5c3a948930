import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { randomBelow } from './random-below.ts'

export const randomItems = defineBlock({
  id: '7ce12081-4a38-4798-af84-8af424d75a0e',
  name: 'random-items',
  description: 'Pick random items of a list, or shuffle it.',
  category: 'MATH',
  categories: ['LIST'],
  icon: 'shuffle',
  synonyms: ['shuffle', 'random choice', 'pick random', 'random item', 'draw', 'raffle', 'winner', 'sample', 'random order'],
  input: z.object({
    list: z.array(z.unknown()).describe('The list.'),
    count: z.int().min(0).optional().describe('How many different items to pick. By default all, in a random order.'),
  }),
  output: z.object({
    item: z.unknown().describe('The first picked item. No value for an empty list.'),
    list: z.array(z.unknown()).describe('The picked items, in a random order.'),
    rest: z.array(z.unknown()).describe('The other items, in their order.'),
  }),
  tests: [
    {
      input: { list: [1, 2, 3] },
      output: [
        ['item', z.int()],
        ['list', (list: unknown[]) => new Set(list).size === 3 && list.length === 3],
        ['rest', []],
      ],
    },
    {
      input: { list: ['a', 'b', 'c'], count: 1 },
      output: [
        ['item', z.enum(['a', 'b', 'c'])],
        ['list', (list: unknown[]) => list.length === 1],
        ['rest', (rest: unknown[]) => rest.length === 2],
      ],
    },
    {
      input: { list: [] },
      output: [
        ['list', []],
        ['rest', []],
      ],
    },
    { input: { list: [1], count: 2 }, output: [['error', 'count must be at most the length of the list, which is 1, got 2']] },
  ],
  *run({ list, count = list.length }) {
    if (count > list.length)
      throw new Error(`count must be at most the length of the list, which is ${list.length}, got ${count}`)
    const order = list.map((_, i) => i)
    for (let i = 0; i < count; i++) {
      const j = i + randomBelow(order.length - i)
      ;[order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0]
    }
    const picked = order.slice(0, count)
    const chosen = new Set(picked)
    if (picked[0] !== undefined) yield ['item', list[picked[0]]]
    yield ['list', picked.map((i) => list[i])]
    yield ['rest', list.filter((_, i) => !chosen.has(i))]
  },
})
