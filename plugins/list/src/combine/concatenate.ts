import { canonicalJson, defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const concatenate = defineBlock({
  id: '3cf9298b-5817-4141-9d80-7c2cc5199c8e',
  name: 'concatenate',
  description: 'Concatenate several lists.',
  category: 'LIST',
  common: true,
  synonyms: ['merge', 'merge lists', 'merge arrays', 'join lists', 'append', 'combine arrays', 'union', 'concat', 'array'],
  input: z.object({
    lists: z.array(z.array(z.unknown())).describe('The lists, in order.'),
    deduplicate: z.boolean().default(false).describe('Remove duplicates, except the first of equal items.'),
    remove_none: z.boolean().default(false).describe('Remove null.'),
  }),
  output: z.object({ concatenated_list: z.array(z.unknown()), length: z.int() }),
  tests: [
    {
      input: { lists: [[1, 2], [], [2, null]] },
      output: [
        ['concatenated_list', [1, 2, 2, null]],
        ['length', 4],
      ],
    },
    {
      input: {
        lists: [
          [1, { a: 1 }],
          [true, { a: 1 }, null],
        ],
        deduplicate: true,
        remove_none: true,
      },
      output: [
        ['concatenated_list', [1, { a: 1 }, true]],
        ['length', 3],
      ],
    },
    {
      input: { lists: [] },
      output: [
        ['concatenated_list', []],
        ['length', 0],
      ],
    },
  ],
  *run({ lists, deduplicate, remove_none: removeNull }) {
    const kept = lists.flat().filter((item) => !removeNull || item !== null)
    const items = deduplicate ? firstOfEqual(kept) : kept
    yield ['concatenated_list', items]
    yield ['length', items.length]
  },
})

function firstOfEqual(items: readonly unknown[]): unknown[] {
  const firsts = new Map<string, unknown>()
  for (const item of items) {
    const key = canonicalJson(item)
    if (!firsts.has(key)) firsts.set(key, item)
  }
  return [...firsts.values()]
}
