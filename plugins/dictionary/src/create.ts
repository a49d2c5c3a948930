import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const create = defineBlock({
  id: 'b924ddf4-de4f-4b56-9a85-358930dcbc91',
  name: 'create',
  description: 'Create a dictionary from fixed values and values of links.',
  category: 'DICTIONARY',
  common: true,
  synonyms: [
    'new object',
    'create object',
    'json object',
    'set',
    'key value',
    'map',
    'hash',
    'compose',
    'variables',
    'edit fields',
  ],
  input: z.object({ values: z.record(z.string(), z.unknown()).describe('The keys and values.') }),
  output: z.object({ dictionary: z.record(z.string(), z.unknown()) }),
  tests: [
    { input: { values: { name: 'Ada', born: 1815 } }, output: [['dictionary', { name: 'Ada', born: 1815 }]] },
    { input: { values: {} }, output: [['dictionary', {}]] },
  ],
  *run({ values }) {
    yield ['dictionary', values]
  },
})
