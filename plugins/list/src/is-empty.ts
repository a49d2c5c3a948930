import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const isEmpty = defineBlock({
  id: '896ed73b-27d0-41be-813c-c1c1dc856c03',
  name: 'is-empty',
  description: 'Check whether a list has no items.',
  category: 'LIST',
  synonyms: ['empty list', 'empty array', 'no items', 'has items', 'length zero', 'array'],
  input: z.object({ list: z.array(z.unknown()) }),
  output: z.object({ is_empty: z.boolean() }),
  tests: [
    { input: { list: [] }, output: [['is_empty', true]] },
    { input: { list: [null] }, output: [['is_empty', false]] },
  ],
  *run({ list }) {
    yield ['is_empty', list.length === 0]
  },
})
