import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const zip = defineBlock({
  id: '0d0e684f-5cb9-4c4b-b8d1-47a0860e0c07',
  name: 'zip',
  description: 'Group the items of several lists by their position.',
  category: 'LIST',
  synonyms: ['merge by position', 'pair', 'combine arrays', 'transpose', 'columns', 'array'],
  input: z.object({
    lists: z.array(z.array(z.unknown())),
    pad_to_longest: z.boolean().default(false).describe('Continue to the end of the longest list instead of the shortest.'),
    fill_value: z.unknown().default(null).describe('Replaces the missing items of shorter lists.'),
  }),
  output: z.object({ zipped_list: z.array(z.array(z.unknown())), length: z.int() }),
  tests: [
    {
      input: {
        lists: [
          [1, 2, 3],
          ['a', 'b'],
        ],
      },
      output: [
        [
          'zipped_list',
          [
            [1, 'a'],
            [2, 'b'],
          ],
        ],
        ['length', 2],
      ],
    },
    {
      input: { lists: [[1, 2], ['a']], pad_to_longest: true, fill_value: 0 },
      output: [
        [
          'zipped_list',
          [
            [1, 'a'],
            [2, 0],
          ],
        ],
        ['length', 2],
      ],
    },
    {
      input: { lists: [] },
      output: [
        ['zipped_list', []],
        ['length', 0],
      ],
    },
  ],
  *run({ lists, pad_to_longest: isPadded, fill_value: fill }) {
    const lengths = lists.map((list) => list.length).toSorted((a, b) => a - b)
    const length = lengths.at(isPadded ? -1 : 0) ?? 0
    const zipped = Array.from({ length }, (_, i) => lists.map((list) => (i < list.length ? list[i] : fill)))
    yield ['zipped_list', zipped]
    yield ['length', length]
  },
})
