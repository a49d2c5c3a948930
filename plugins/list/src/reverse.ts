import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const reverse = defineBlock({
  id: '422cb708-3109-4277-bfe3-bc2ae5812777',
  name: 'reverse',
  description: 'Reverse a list.',
  category: 'LIST',
  synonyms: ['invert', 'backwards', 'flip', 'reverse order', 'array'],
  input: z.object({ input_list: z.array(z.unknown()) }),
  output: z.object({ reversed_list: z.array(z.unknown()) }),
  tests: [
    { input: { input_list: [1, [2, 3]] }, output: [['reversed_list', [[2, 3], 1]]] },
    { input: { input_list: [] }, output: [['reversed_list', []]] },
  ],
  *run({ input_list: list }) {
    yield ['reversed_list', list.toReversed()]
  },
})
