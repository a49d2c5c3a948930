import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

const dictionaryType = z.record(z.string(), z.unknown())

export const add = defineBlock({
  id: '31d1064e-7446-4693-a7d4-65e5ca1180d1',
  name: 'add',
  description: 'Add keys to a dictionary, in place of those it has already.',
  category: 'DICTIONARY',
  input: z.object({
    dictionary: dictionaryType.default({}).describe('The dictionary to add to; a new one when missing.'),
    key: z.string().default('').describe('Key to add; nothing is added when it is empty or the value is missing.'),
    value: z.unknown().default(null).describe('Value of that key.'),
    entries: dictionaryType.default({}).describe('More keys and values, added after it.'),
  }),
  output: z.object({ updated_dictionary: dictionaryType }),
  tests: [
    { input: { dictionary: { a: 1 }, key: 'b', value: 2 }, output: [['updated_dictionary', { a: 1, b: 2 }]] },
    { input: { key: 'a', value: 1, entries: { a: 2, b: 3 } }, output: [['updated_dictionary', { a: 2, b: 3 }]] },
    { input: { dictionary: { a: 1 }, key: 'b' }, output: [['updated_dictionary', { a: 1 }]] },
    { input: { dictionary: { a: 1 }, value: 2 }, output: [['updated_dictionary', { a: 1 }]] },
  ],
  *run({ dictionary, key, value, entries }) {
    const entry = key === '' || value === null ? {} : { [key]: value }
    yield ['updated_dictionary', { ...dictionary, ...entry, ...entries }]
  },
})
