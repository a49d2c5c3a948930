import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const count = defineBlock({
  id: '3c9c2f42-b0c3-435f-ba35-05f7a25c772a',
  name: 'count',
  description: 'Count the items of a list, the keys of a dictionary or the characters of a text.',
  category: 'MATH',
  synonyms: ['length', 'size', 'len', 'number of items', 'count items'],
  input: z.object({ collection: z.unknown().describe('The list, dictionary or text.') }),
  output: z.object({ count: z.int().describe('The count, or -1 for any other value.') }),
  tests: [
    { input: { collection: [1, [2, 3]] }, output: [['count', 2]] },
    { input: { collection: { a: 1 } }, output: [['count', 1]] },
    { input: { collection: 'né😀' }, output: [['count', 3]] },
    { input: { collection: 42 }, output: [['count', -1]] },
  ],
  *run({ collection }) {
    yield ['count', countItems(collection)]
  },
})

function countItems(collection: unknown): number {
  if (typeof collection === 'string') return Array.from(collection).length
  if (typeof collection !== 'object' || collection === null) return -1
  return Array.isArray(collection) ? collection.length : Object.keys(collection).length
}
