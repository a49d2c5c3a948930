import { defineBlock, parseJson } from '@ashlar/sdk'
import { z } from 'zod'

export const stepThrough = defineBlock({
  id: 'f66a3543-28d3-4ab5-8945-9b336371e2ce',
  name: 'step-through',
  description: 'Send the items of a list or dictionary one by one.',
  category: 'LOGIC',
  icon: 'list-ordered',
  categories: ['LOOP'],
  synonyms: [
    'loop',
    'for each',
    'foreach',
    'iterate',
    'iterator',
    'loop over items',
    'split in batches',
    'split out',
    'repeat',
    'each',
    'map',
    'list iterator',
    'step through items',
  ],
  input: z.object({
    items: z.array(z.unknown()).default([]).describe('A list.'),
    items_object: z.record(z.string(), z.unknown()).default({}).describe('A dictionary.'),
    items_str: z.string().default('').describe('A list or dictionary as JSON text.'),
  }),
  output: z.object({
    item: z.unknown().meta({ many: true }),
    key: z.union([z.string(), z.int()]).meta({ description: 'The key of the item, or its position from 0.', many: true }),
    done: z.int().meta({ description: 'The number of items, once all steps for all items have ended.', done: true }),
  }),
  tests: [
    {
      input: { items: ['a', null] },
      output: [
        { item: 'a', key: 0 },
        { item: null, key: 1 },
      ],
    },
    {
      name: 'steps through all three inputs in turn',
      input: { items: [1], items_object: { x: 2 }, items_str: '{"y": [3]}' },
      output: [
        { item: 1, key: 0 },
        { item: 2, key: 'x' },
        { item: [3], key: 'y' },
      ],
    },
    {
      name: 'preserves every digit of an integer',
      input: { items_str: '[7615917337495251231]' },
      output: [{ item: 7615917337495251231n, key: 0 }],
    },
    {
      input: { items_str: '[1e999]' },
      output: [['error', (message: string) => message.startsWith('items_str: [0] is 1e999, which is too large')]],
    },
    { input: {}, output: [] },
    { input: { items_str: '7' }, output: [['error', 'items_str must be a list or dictionary as JSON, got "7"']] },
  ],
  *run({ items, items_object: dictionary, items_str: text }) {
    for (const collection of [items, dictionary, parseCollection(text)]) {
      for (const [key, item] of Array.isArray(collection) ? collection.entries() : Object.entries(collection)) yield { item, key }
    }
  },
})

function parseCollection(text: string): unknown[] | Record<string, unknown> {
  if (text === '') return []
  const collection = z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]).safeParse(tryParse(text))
  if (collection.success) return collection.data
  throw new Error(`items_str must be a list or dictionary as JSON, got ${JSON.stringify(text.slice(0, 100))}`)
}

function tryParse(text: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    if (error instanceof RangeError) throw new Error(`items_str: ${error.message}`, { cause: error })
    return undefined
  }
}
