import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const interleave = defineBlock({
  id: '9f616084-1d9f-4f8e-bc00-5b9d2a75cd75',
  name: 'interleave',
  description: 'Merge lists by taking one item of each in turn.',
  category: 'LIST',
  synonyms: ['merge', 'alternate', 'mix', 'shuffle together', 'round robin', 'weave', 'array'],
  input: z.object({ lists: z.array(z.array(z.unknown()).nullable()).describe('The lists. Null is ignored.') }),
  output: z.object({ interleaved_list: z.array(z.unknown()), length: z.int() }),
  tests: [
    {
      input: { lists: [[1, 2, 3], null, ['a']] },
      output: [
        ['interleaved_list', [1, 'a', 2, 3]],
        ['length', 4],
      ],
    },
    {
      input: { lists: [] },
      output: [
        ['interleaved_list', []],
        ['length', 0],
      ],
    },
  ],
  *run({ lists }) {
    const merged: unknown[] = []
    let left = lists.filter((list) => list !== null)
    for (let i = 0; left.length > 0; i++) {
      left = left.filter((list) => i < list.length)
      for (const list of left) merged.push(list[i])
    }
    yield ['interleaved_list', merged]
    yield ['length', merged.length]
  },
})
