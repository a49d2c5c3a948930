import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

const MAX_DEPTH = 1000

export const flatten = defineBlock({
  id: 'cc45bb0f-d035-4756-96a7-fe3e36254b4d',
  name: 'flatten',
  description: 'Flatten nested lists.',
  category: 'LIST',
  synonyms: ['unnest', 'flat', 'flatten array', 'merge nested', 'split out', 'array'],
  input: z.object({
    nested_list: z.array(z.unknown()),
    max_depth: z.int().default(-1).describe('Number of levels to flatten. -1 flattens all.'),
  }),
  output: z.object({
    flattened_list: z.array(z.unknown()),
    length: z.int().describe('Number of items.'),
    original_depth: z.int().describe('Nesting depth of the input. 1 for a flat list.'),
  }),
  tests: [
    {
      input: { nested_list: [1, [2, [3, []]]] },
      output: [
        ['flattened_list', [1, 2, 3]],
        ['length', 3],
        ['original_depth', 4],
      ],
    },
    {
      input: { nested_list: [1, [2, [3]]], max_depth: 1 },
      output: [
        ['flattened_list', [1, 2, [3]]],
        ['length', 3],
        ['original_depth', 3],
      ],
    },
    {
      input: { nested_list: [] },
      output: [
        ['flattened_list', []],
        ['length', 0],
        ['original_depth', 1],
      ],
    },
    { input: { nested_list: [], max_depth: -2 }, output: [['error', 'max_depth must be -1 or more, got -2']] },
  ],
  *run({ nested_list: nested, max_depth: maxDepth }) {
    if (maxDepth < -1) throw new Error(`max_depth must be -1 or more, got ${maxDepth}`)
    const depth = measureDepth(nested)
    const flat = nested.flat(maxDepth === -1 ? depth : maxDepth)
    yield ['flattened_list', flat]
    yield ['length', flat.length]
    yield ['original_depth', depth]
  },
})

/** Iterates by level instead of recursing, because a hostile list may be nested deeper than the stack allows. */
function measureDepth(list: unknown[]): number {
  let level = list.filter((item) => Array.isArray(item))
  let depth = 1
  for (; level.length > 0; depth++) {
    if (depth >= MAX_DEPTH) throw new Error(`nested_list must be nested at most ${MAX_DEPTH} levels deep`)
    level = level.flat().filter((item) => Array.isArray(item))
  }
  return depth
}
