import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

const dictionaryType = z.record(z.string(), z.unknown())

export const remove = defineBlock({
  id: '46afe2ea-c613-43f8-95ff-6692c3ef6876',
  name: 'remove',
  description: 'Remove a key from a dictionary.',
  category: 'DICTIONARY',
  synonyms: ['delete key', 'delete property', 'unset', 'omit', 'drop field', 'object'],
  input: z.object({
    dictionary: dictionaryType,
    key: z.union([z.string(), z.int(), z.bigint()]),
    return_value: z.boolean().default(false).describe('Also send the value that the key had.'),
  }),
  output: z.object({ updated_dictionary: dictionaryType, removed_value: z.unknown() }),
  tests: [
    { input: { dictionary: { a: 1, b: 2 }, key: 'a' }, output: [['updated_dictionary', { b: 2 }]] },
    {
      input: { dictionary: { 7: null }, key: 7, return_value: true },
      output: [
        ['updated_dictionary', {}],
        ['removed_value', null],
      ],
    },
    { input: { dictionary: { a: 1 }, key: 'b' }, output: [['error', 'the dictionary has no key "b"']] },
  ],
  *run({ dictionary, key: given, return_value: returnValue }) {
    const key = String(given)
    if (!Object.hasOwn(dictionary, key)) throw new Error(`the dictionary has no key ${JSON.stringify(key)}`)
    const { [key]: removed, ...rest } = dictionary
    yield ['updated_dictionary', rest]
    if (returnValue) yield ['removed_value', removed]
  },
})
