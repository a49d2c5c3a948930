import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const collect = defineBlock({
  id: 'bcf5ac6d-4add-453f-95b0-7d1a61c3e377',
  name: 'collect',
  description: 'Gather the items of a loop into one dictionary, by a field of each item.',
  category: 'DICTIONARY',
  categories: ['LOOP'],
  synonyms: [
    'gather into object',
    'index by',
    'key by',
    'group by key',
    'lookup table',
    'end loop',
    'from entries',
    'build map',
    'to object',
  ],
  input: z.object({
    item: z.array(z.record(z.string(), z.unknown())).default([]).meta({
      description:
        'A dictionary of each iteration of the loop. One pin for the key and the value together, so that a key never gets the value of another iteration.',
      collect: true,
    }),
    key_field: z.string().default('key').describe('The field of an item with its key: a text or a number.'),
    value_field: z.string().default('value').describe('The field of an item with its value. Empty for the item as a whole.'),
    duplicates: z
      .enum(['fail', 'last', 'list'])
      .default('fail')
      .describe('For equal keys: fail, keep the value of the last item, or make each value a list of all values of its key.'),
  }),
  output: z.object({
    dictionary: z.record(z.string(), z.unknown()).describe('Empty for an empty loop.'),
    count: z.int().describe('The number of keys.'),
  }),
  tests: [
    {
      input: {
        item: [
          { key: 'a', value: 1 },
          { key: 7, value: [2] },
        ],
      },
      output: [
        ['dictionary', { a: 1, 7: [2] }],
        ['count', 2],
      ],
    },
    {
      name: 'whole items',
      input: { item: [{ id: 'x', n: 1 }], key_field: 'id', value_field: '' },
      output: [
        ['dictionary', { x: { id: 'x', n: 1 } }],
        ['count', 1],
      ],
    },
    {
      name: 'an item without the value has null',
      input: { item: [{ key: 'a' }] },
      output: [
        ['dictionary', { a: null }],
        ['count', 1],
      ],
    },
    {
      input: {
        item: [
          { key: 'a', value: 1 },
          { key: 'b', value: 2 },
          { key: 'a', value: 3 },
        ],
        duplicates: 'list',
      },
      output: [
        ['dictionary', { a: [1, 3], b: [2] }],
        ['count', 2],
      ],
    },
    {
      input: {
        item: [
          { key: 'a', value: 1 },
          { key: 'a', value: 3 },
        ],
        duplicates: 'last',
      },
      output: [
        ['dictionary', { a: 3 }],
        ['count', 1],
      ],
    },
    {
      input: { item: [{ key: 'a' }, { key: 'a' }] },
      output: [['error', 'two items have the key "a"; set duplicates to "last" or "list" to accept them']],
    },
    {
      input: { item: [{ key: 'a' }, { value: 1 }] },
      output: [['error', 'item 2 has no key: its field "key" must be a text or a number, got null']],
    },
    {
      name: 'an empty loop',
      input: {},
      output: [
        ['dictionary', {}],
        ['count', 0],
      ],
    },
  ],
  *run({ item: items, key_field: keyField, value_field: valueField, duplicates }) {
    const values = new Map<string, unknown[]>()
    for (const [i, item] of items.entries()) {
      const key = readKey(item, keyField, i + 1)
      const value = valueField ? readField(item, valueField) : item
      const earlier = values.get(key)
      if (earlier && duplicates === 'fail')
        throw new Error(`two items have the key ${JSON.stringify(key)}; set duplicates to "last" or "list" to accept them`)
      if (earlier) earlier.push(value)
      else values.set(key, [value])
    }
    const entries = [...values].map(([key, all]) => [key, duplicates === 'list' ? all : all.at(-1)] as const)
    yield ['dictionary', Object.fromEntries(entries)]
    yield ['count', entries.length]
  },
})

/** @param position from 1, for the message of an error */
function readKey(item: Record<string, unknown>, field: string, position: number): string {
  const key = readField(item, field)
  if (typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint') return String(key)
  throw new Error(
    `item ${position} has no key: its field ${JSON.stringify(field)} must be a text or a number, got ${JSON.stringify(key)}`,
  )
}

function readField(item: Record<string, unknown>, field: string): unknown {
  return Object.hasOwn(item, field) ? (item[field] ?? null) : null
}
