import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { isTruthy } from './coerce.ts'

export const storeValue = defineBlock({
  id: '1ff065e9-88e8-4358-9d82-8dc91f622ba9',
  name: 'store-value',
  description: 'Store a value that other nodes can reuse.',
  category: 'LOGIC',
  icon: 'package',
  synonyms: [
    'variable',
    'set variable',
    'set',
    'constant',
    'remember',
    'hold',
    'reuse',
    'keep',
    'cache',
    'value',
    'no operation',
    'noop',
    'no op',
    'pass through',
  ],
  staticOutput: true,
  input: z.object({
    input: z.unknown().describe('Starts the block. It is stored if there is no data.'),
    data: z.unknown().default(null).describe('The value to store. If it is empty, false or 0, the input is stored.'),
  }),
  output: z.object({ output: z.unknown() }),
  tests: [
    { input: { input: 'go', data: { a: 1 } }, output: [['output', { a: 1 }]] },
    { input: { input: 'kept' }, output: [['output', 'kept']] },
    { input: { input: 'kept', data: [] }, output: [['output', 'kept']] },
  ],
  *run({ input, data }) {
    yield ['output', isTruthy(data) ? data : input]
  },
})
