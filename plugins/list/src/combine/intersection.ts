import { canonicalJson, defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const intersection = defineBlock({
  id: 'b6eb08b6-dbe3-411b-b9b4-2508cb311a1f',
  name: 'intersection',
  description: 'List the items that two lists have in common.',
  category: 'LIST',
  synonyms: ['common items', 'overlap', 'and', 'shared', 'compare lists', 'inner join', 'match lists', 'array'],
  input: z.object({ list_a: z.array(z.unknown()).describe('Determines the order of the result.'), list_b: z.array(z.unknown()) }),
  output: z.object({
    intersection: z.array(z.unknown()).describe('Each item once. Items are compared by content.'),
    length: z.int(),
  }),
  tests: [
    {
      input: { list_a: [3, { a: [1] }, 3, 2], list_b: [2, { a: [1] }, 3] },
      output: [
        ['intersection', [3, { a: [1] }, 2]],
        ['length', 3],
      ],
    },
    {
      name: 'true is not 1',
      input: { list_a: [true], list_b: [1] },
      output: [
        ['intersection', []],
        ['length', 0],
      ],
    },
  ],
  *run({ list_a: a, list_b: b }) {
    const keys = new Set(b.map(canonicalJson))
    // `delete` returns whether the other list contains the item and the result does not.
    const common = a.filter((item) => keys.delete(canonicalJson(item)))
    yield ['intersection', common]
    yield ['length', common.length]
  },
})
