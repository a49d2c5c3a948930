import { canonicalJson, defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const difference = defineBlock({
  id: '05309873-9d61-447e-96b5-b804e2511829',
  name: 'difference',
  description: 'List the items of one list that another list lacks.',
  category: 'LIST',
  synonyms: ['subtract', 'except', 'compare datasets', 'not in', 'diff', 'minus', 'exclude', 'compare lists', 'array'],
  input: z.object({
    list_a: z.array(z.unknown()),
    list_b: z.array(z.unknown()).describe('Items to remove. Items are compared by content.'),
    symmetric: z.boolean().default(false).describe('Also list the items that only list_b contains.'),
  }),
  output: z.object({ difference: z.array(z.unknown()), length: z.int() }),
  tests: [
    {
      input: { list_a: [1, 1, { a: 2 }, true], list_b: [{ a: 2 }] },
      output: [
        ['difference', [1, 1, true]],
        ['length', 3],
      ],
    },
    {
      name: 'true is not 1',
      input: { list_a: [true, 0], list_b: [1, false], symmetric: true },
      output: [
        ['difference', [true, 0, 1, false]],
        ['length', 4],
      ],
    },
    {
      input: { list_a: [], list_b: [1] },
      output: [
        ['difference', []],
        ['length', 0],
      ],
    },
  ],
  *run({ list_a: a, list_b: b, symmetric: isSymmetric }) {
    const result = isSymmetric ? [...subtract(a, b), ...subtract(b, a)] : subtract(a, b)
    yield ['difference', result]
    yield ['length', result.length]
  },
})

function subtract(list: readonly unknown[], other: readonly unknown[]): unknown[] {
  const keys = new Set(other.map(canonicalJson))
  return list.filter((item) => !keys.has(canonicalJson(item)))
}
