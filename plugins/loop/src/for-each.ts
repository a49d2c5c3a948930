import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { caughtPin, donePin, indexPin } from './pins.ts'

export const forEach = defineBlock({
  id: '041c7adb-6ecc-4863-b647-e84288cb3f61',
  name: 'for-each',
  description: 'Run the following steps once for each item of a list, each entry of a dictionary or each line of a text.',
  category: 'LOOP',
  common: true,
  categories: ['LIST'],
  synonyms: [
    'loop',
    'loop node',
    'foreach',
    'iterate',
    'iterator',
    'loop over items',
    'loop over rows',
    'every item',
    'split out',
    'split list',
    'map',
    'step through items',
    'split lines',
    'each',
    'item lists',
    'fan out',
  ],
  input: z.object({
    items: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown()), z.string()]).meta({
      description: 'A list, a dictionary, or a text, whose lines are the items.',
      examples: [['Ada', 'Grace'], 'Ada\nGrace'],
    }),
  }),
  output: z.object({
    item: z.unknown().meta({ description: 'The item, the value of the entry, or the line.', many: true }),
    index: indexPin,
    key: z.union([z.string(), z.int()]).meta({ description: 'The key of the entry, or the position of the item.', many: true }),
    done: donePin,
    caught: caughtPin,
  }),
  tests: [
    {
      input: { items: ['a', null] },
      output: [
        { item: 'a', index: 0, key: 0 },
        { item: null, index: 1, key: 1 },
      ],
    },
    {
      input: { items: { x: 1, y: [2] } },
      output: [
        { item: 1, index: 0, key: 'x' },
        { item: [2], index: 1, key: 'y' },
      ],
    },
    {
      name: 'the lines of a text, without its last line break',
      input: { items: 'Ada\r\n\nGrace\n' },
      output: [
        { item: 'Ada', index: 0, key: 0 },
        { item: '', index: 1, key: 1 },
        { item: 'Grace', index: 2, key: 2 },
      ],
    },
    { input: { items: [] }, output: [] },
    { input: { items: {} }, output: [] },
    { input: { items: '' }, output: [] },
  ],
  *run({ items }) {
    let index = 0
    for (const [key, item] of entriesOf(items)) yield { item, index: index++, key }
  },
})

function entriesOf(items: unknown[] | Record<string, unknown> | string): Iterable<[key: string | number, item: unknown]> {
  if (typeof items === 'string') return toLines(items).entries()
  return Array.isArray(items) ? items.entries() : Object.entries(items)
}

function toLines(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}
