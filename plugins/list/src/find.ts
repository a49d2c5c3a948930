import { defineBlock, isEqual } from '@ashlar/sdk'
import { z } from 'zod'

export const find = defineBlock({
  id: '5e2c6d0a-1e37-489f-b1d0-8e1812b23333',
  name: 'find',
  description: 'Find the position of a value in a list.',
  category: 'LIST',
  input: z.object({ list: z.array(z.unknown()), value: z.unknown().describe('The value to look for, equal by content.') }),
  output: z.object({
    index: z.int().describe('Position of the first such item, from 0; only when there is one.'),
    found: z.boolean(),
    not_found_value: z.unknown().describe('The value, only when it is not there.'),
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
      name: 'compares by content, whatever the order of keys, and long integers exactly',
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
