import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

const dictionaryType = z.record(z.string(), z.unknown())

export const add = defineBlock({
  id: '31d1064e-7446-4693-a7d4-65e5ca1180d1',
  name: 'add',
  description: 'Add keys to a dictionary. Existing keys are replaced.',
  category: 'DICTIONARY',
  synonyms: ['set key', 'set', 'assign', 'put', 'object', 'merge objects', 'edit fields', 'add property', 'map', 'update'],
  input: z.object({
    dictionary: dictionaryType.default({}).describe('The dictionary to add to. By default a new one.'),
    key: z.string().default('').describe('Key to add. Ignored if it is empty or there is no value.'),
    value: z.unknown().default(null).describe('Value of the key.'),
    entries: dictionaryType.default({}).meta({ description: 'More keys and values to add.', advanced: true }),
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
