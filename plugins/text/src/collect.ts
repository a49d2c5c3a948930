import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const collect = defineBlock({
  id: 'c9cbc707-3655-4e32-9841-478470330c60',
  name: 'collect',
  description: 'Join the texts of a loop into one text, in the order of the loop.',
  category: 'TEXT',
  categories: ['LOOP'],
  synonyms: [
    'gather text',
    'join loop',
    'concatenate results',
    'end loop',
    'aggregate text',
    'string builder',
    'report',
    'lines',
  ],
  input: z.object({
    item: z
      .array(z.string())
      .default([])
      .meta({ description: 'A text of each iteration of the loop. Other values become JSON.', collect: true }),
    separator: z.string().default('\n').describe('Text to insert between the items.'),
  }),
  output: z.object({ text: z.string().describe('Empty for an empty loop.'), count: z.int().describe('The number of items.') }),
  tests: [
    {
      input: { item: ['Ada', '', 'Grace'] },
      output: [
        ['text', 'Ada\n\nGrace'],
        ['count', 3],
      ],
    },
    {
      input: { item: ['a', 'b'], separator: ', ' },
      output: [
        ['text', 'a, b'],
        ['count', 2],
      ],
    },
    {
      name: 'an empty loop',
      input: {},
      output: [
        ['text', ''],
        ['count', 0],
      ],
    },
  ],
  *run({ item: items, separator }) {
    yield ['text', items.join(separator)]
    yield ['count', items.length]
  },
})
