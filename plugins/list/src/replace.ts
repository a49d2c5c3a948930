import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { resolveIndex } from './resolve-index.ts'

export const replace = defineBlock({
  id: 'fbf62922-bea1-4a3d-8bac-23587f810b38',
  name: 'replace',
  description: 'Replace one item of a list.',
  category: 'LIST',
  synonyms: ['set item', 'update item', 'change item', 'overwrite', 'array'],
  input: z.object({
    list: z.array(z.unknown()),
    index: z.int().describe('Position of the item, from 0, or from the end if negative.'),
    value: z.unknown().describe('The new item.'),
  }),
  output: z.object({ updated_list: z.array(z.unknown()), old_item: z.unknown() }),
  tests: [
    {
      input: { list: ['a', 'b'], index: -2, value: 'x' },
      output: [
        ['updated_list', ['x', 'b']],
        ['old_item', 'a'],
      ],
    },
    { input: { list: [], index: 0, value: 'x' }, output: [['error', 'index 0 is outside a list of 0 items']] },
  ],
  *run({ list, index, value }) {
    const position = resolveIndex(list, index)
    yield ['updated_list', list.with(position, value)]
    yield ['old_item', list[position]]
  },
})
