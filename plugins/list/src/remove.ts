import { defineBlock, isEqual } from '@ashlar/sdk'
import { z } from 'zod'
import { resolveIndex } from './resolve-index.ts'

export const remove = defineBlock({
  id: 'd93c5a93-ac7e-41c1-ae5c-ef67e6e9b826',
  name: 'remove',
  description: 'Remove one item from a list, by position or by value.',
  category: 'LIST',
  synonyms: ['delete item', 'pop', 'shift', 'splice', 'drop', 'remove from array', 'array'],
  input: z.object({
    list: z.array(z.unknown()),
    value: z.unknown().default(null).describe('Removes the first item that equals this value.'),
    index: z
      .int()
      .nullable()
      .default(null)
      .describe('Removes the item at this position, from the end if negative. Has precedence over the value.'),
    return_item: z.boolean().default(false).describe('Also send the removed item.'),
  }),
  output: z.object({ updated_list: z.array(z.unknown()), removed_item: z.unknown() }),
  tests: [
    { input: { list: [1, 2, 1], value: 1 }, output: [['updated_list', [2, 1]]] },
    {
      input: { list: ['a', 'b'], index: -1, value: 'a', return_item: true },
      output: [
        ['updated_list', ['a']],
        ['removed_item', 'b'],
      ],
    },
    { input: { list: [1], value: 2 }, output: [['error', 'the list has no item 2']] },
    { input: { list: [1], index: 1 }, output: [['error', 'index 1 is outside a list of 1 items']] },
    { input: { list: [1] }, output: [['error', 'expected an index or a value to remove, got neither']] },
  ],
  *run({ list, value, index, return_item: returnItem }) {
    const position = index === null ? findValue(list, value) : resolveIndex(list, index)
    yield ['updated_list', list.toSpliced(position, 1)]
    if (returnItem) yield ['removed_item', list[position]]
  },
})

function findValue(list: readonly unknown[], value: unknown): number {
  if (value === null) throw new Error('expected an index or a value to remove, got neither')
  const position = list.findIndex((item) => isEqual(item, value))
  if (position < 0) throw new Error(`the list has no item ${JSON.stringify(value).slice(0, 100)}`)
  return position
}
