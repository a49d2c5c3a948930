import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const isEmpty = defineBlock({
  id: 'a3cf3f64-6bb9-4cc6-9900-608a0b3359b0',
  name: 'is-empty',
  description: 'Check whether a dictionary has no keys.',
  category: 'DICTIONARY',
  synonyms: ['empty object', 'has keys', 'check object', 'is null', 'no keys', 'exists'],
  input: z.object({ dictionary: z.record(z.string(), z.unknown()) }),
  output: z.object({ is_empty: z.boolean() }),
  tests: [
    { input: { dictionary: {} }, output: [['is_empty', true]] },
    { input: { dictionary: { a: null } }, output: [['is_empty', false]] },
  ],
  *run({ dictionary }) {
    yield ['is_empty', Object.keys(dictionary).length === 0]
  },
})
