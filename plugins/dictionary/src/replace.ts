import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

const dictionaryType = z.record(z.string(), z.unknown())

export const replace = defineBlock({
  id: '27e31876-18b6-44f3-ab97-f6226d8b3889',
  name: 'replace',
  description: 'Replace the value of an existing key of a dictionary.',
  category: 'DICTIONARY',
  synonyms: ['update key', 'set value', 'overwrite', 'change property', 'object', 'edit field'],
  input: z.object({
    dictionary: dictionaryType,
    key: z.union([z.string(), z.int(), z.bigint()]),
    value: z.unknown().describe('The new value.'),
  }),
  output: z.object({ updated_dictionary: dictionaryType, old_value: z.unknown() }),
  tests: [
    {
      input: { dictionary: { a: 1, b: 2 }, key: 'a', value: 3 },
      output: [
        ['updated_dictionary', { a: 3, b: 2 }],
        ['old_value', 1],
      ],
    },
    { input: { dictionary: { a: 1 }, key: 'b', value: 3 }, output: [['error', 'the dictionary has no key "b"']] },
  ],
  *run({ dictionary, key: given, value }) {
    const key = String(given)
    if (!Object.hasOwn(dictionary, key)) throw new Error(`the dictionary has no key ${JSON.stringify(key)}`)
    yield ['updated_dictionary', { ...dictionary, [key]: value }]
    yield ['old_value', dictionary[key]]
  },
})
