import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const add = defineBlock({
  id: 'aeb08fc1-2fc1-4141-bc8e-f758f183a822',
  name: 'add',
  description: 'Add items to a list.',
  category: 'LIST',
  synonyms: ['append', 'push', 'insert', 'add to array', 'collect', 'accumulate', 'array'],
  input: z.object({
    list: z.array(z.unknown()).default([]).describe('The list to add to. By default a new one.'),
    entry: z.unknown().default(null).describe('One item to add.'),
    entries: z.array(z.unknown()).default([]).meta({ description: 'Items to add before the entry.', advanced: true }),
    position: z
      .int()
      .nullable()
      .default(null)
      .describe('Position at which to insert, from 0, or from the end if negative. By default the end.'),
  }),
  output: z.object({ updated_list: z.array(z.unknown()) }),
  tests: [
    { input: { list: [1, 2], entry: 3 }, output: [['updated_list', [1, 2, 3]]] },
    { input: { list: [1, 2], entry: 5, entries: [3, 4], position: -1 }, output: [['updated_list', [1, 3, 4, 5, 2]]] },
    { input: { list: [1], entries: [2], position: 99 }, output: [['updated_list', [1, 2]]] },
    { input: {}, output: [['updated_list', []]] },
  ],
  *run({ list, entry, entries, position }) {
    const added = entry === null ? entries : [...entries, entry]
    const at = position ?? list.length
    yield ['updated_list', [...list.slice(0, at), ...added, ...list.slice(at)]]
  },
})
