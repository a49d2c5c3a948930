import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { caughtPin, donePin, indexPin } from './pins.ts'

export const batches = defineBlock({
  id: '425620cb-4ab2-4116-8dde-622d4fe523f5',
  name: 'batches',
  description: 'Run the following steps once for each batch of a list.',
  category: 'LOOP',
  icon: 'boxes',
  categories: ['LIST'],
  synonyms: ['batch', 'chunk', 'chunks', 'split in batches', 'loop', 'partition', 'bulk', 'group of n', 'chunk list', 'slice'],
  input: z.object({
    items: z.array(z.unknown()),
    size: z.int().min(1).default(100).describe('The number of items in a batch. The last batch may have fewer.'),
  }),
  output: z.object({
    batch: z.array(z.unknown()).meta({ description: 'The items of the batch.', many: true }),
    index: indexPin,
    done: donePin,
    caught: caughtPin,
  }),
  tests: [
    {
      input: { items: [1, 2, 3], size: 2 },
      output: [
        { batch: [1, 2], index: 0 },
        { batch: [3], index: 1 },
      ],
    },
    {
      input: { items: [1, 2] },
      output: [{ batch: [1, 2], index: 0 }],
    },
    { input: { items: [], size: 2 }, output: [] },
    { input: { items: [1], size: 0 }, output: [['error', (message: string) => message.includes('size')]] },
  ],
  *run({ items, size }) {
    for (let at = 0; at < items.length; at += size) yield { batch: items.slice(at, at + size), index: at / size }
  },
})
