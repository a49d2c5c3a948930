import { defineBlock, isEqual } from '@ashlar/sdk'
import { z } from 'zod'

export const find = defineBlock({
  id: '5e2c6d0a-1e37-489f-b1d0-8e1812b23333',
  name: 'find',
  description: 'Find the position of a value in a list.',
  category: 'LIST',
  synonyms: ['index of', 'search list', 'position', 'contains', 'includes', 'lookup', 'array'],
  input: z.object({
    list: z.array(z.unknown()),
    value: z.unknown().describe('The value to search for. Values are compared by content.'),
  }),
  output: z.object({
    index: z.int().describe('Position of the first match, from 0. Sent only if there is a match.'),
    found: z.boolean(),
    not_found_value: z.unknown().describe('The value. Sent only if there is no match.'),
  }),
  tests: [
    {
      input: { list: [1, { a: [2] }], value: { a: [2] } },
      output: [
        ['index', 1],
        ['found', true],
      ],
    },
    {
      name: 'ignores the order of keys and compares long integers exactly',
      input: { list: [7615917337495251230n, { a: 1, id: 7615917337495251231n }], value: { id: 7615917337495251231n, a: 1 } },
      output: [
        ['index', 1],
        ['found', true],
      ],
    },
    {
      input: { list: [1, true], value: '1' },
      output: [
        ['found', false],
        ['not_found_value', '1'],
      ],
    },
  ],
  *run({ list, value }) {
    const index = list.findIndex((item) => isEqual(item, value))
    if (index >= 0) yield ['index', index]
    yield ['found', index >= 0]
    if (index < 0) yield ['not_found_value', value]
  },
})
