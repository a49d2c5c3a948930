import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const create = defineBlock({
  id: 'a912d5c7-6e00-4542-b2a9-8034136930e4',
  name: 'create',
  description: 'Create a list, as a whole or in batches.',
  category: 'LIST',
  synonyms: ['new list', 'new array', 'make list', 'array', 'collection', 'batch', 'chunk', 'split in batches', 'items'],
  input: z.object({
    values: z.array(z.unknown()).describe('The items.'),
    max_size: z
      .int()
      .min(0)
      .nullable()
      .default(null)
      .meta({ description: 'Maximum number of items in a batch. By default, and for 0, all.', advanced: true }),
    max_tokens: z.int().min(1).nullable().default(null).meta({
      description: 'Maximum number of tokens in a batch. Four characters of JSON count as one token.',
      advanced: true,
    }),
  }),
  output: z.object({
    list: z.array(z.unknown()).meta({ description: 'The list, or each batch in a loop.', manyIf: ['max_size', 'max_tokens'] }),
  }),
  tests: [
    { input: { values: [1, 'a', null] }, output: [['list', [1, 'a', null]]] },
    {
      input: { values: [1, 2, 3], max_size: 2 },
      output: [
        ['list', [1, 2]],
        ['list', [3]],
      ],
    },
    {
      name: 'an item above the limit is a separate batch',
      input: { values: ['a', 'x'.repeat(50), 'b', 'c'], max_tokens: 3 },
      output: [
        ['list', ['a']],
        ['list', ['x'.repeat(50)]],
        ['list', ['b', 'c']],
      ],
    },
    { input: { values: [] }, output: [['list', []]] },
  ],
  *run({ values, max_size: maxSize, max_tokens: maxTokens }) {
    let batch: unknown[] = []
    let batchTokens = 0
    for (const value of values) {
      const tokens = maxTokens ? Math.ceil(JSON.stringify(value).length / CHARACTERS_PER_TOKEN) : 0
      const isFull = batch.length >= (maxSize || Infinity) || batchTokens + tokens > (maxTokens || Infinity)
      if (isFull && batch.length > 0) {
        yield ['list', batch]
        batch = []
        batchTokens = 0
      }
      batch.push(value)
      batchTokens += tokens
    }
    yield ['list', batch]
  },
})

const CHARACTERS_PER_TOKEN = 4
