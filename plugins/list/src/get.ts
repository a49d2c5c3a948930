import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { resolveIndex } from './resolve-index.ts'

export const get = defineBlock({
  id: '262ca24c-1025-43cf-a578-534e23234e97',
  name: 'get',
  description: 'Get one item of a list.',
  category: 'LIST',
  common: true,
  synonyms: ['item at', 'element', 'first item', 'last item', 'nth', 'pick item', 'index', 'array item', 'list item'],
  input: z.object({
    list: z.array(z.unknown()),
    index: z.int().describe('Position of the item, from 0, or from the end if negative.'),
  }),
  output: z.object({ item: z.unknown() }),
  tests: [
    { input: { list: ['a', 'b', 'c'], index: 1 }, output: [['item', 'b']] },
    { input: { list: ['a', 'b', 'c'], index: -1 }, output: [['item', 'c']] },
    { input: { list: ['a', 'b', 'c'], index: 3 }, output: [['error', 'index 3 is outside a list of 3 items']] },
  ],
  *run({ list, index }) {
    yield ['item', list[resolveIndex(list, index)]]
  },
})
