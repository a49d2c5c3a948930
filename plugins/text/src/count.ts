import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const count = defineBlock({
  id: 'ab2a782d-22cf-4587-8a70-55b59b3f9f90',
  name: 'count',
  description: 'Count the words and characters of a text.',
  category: 'TEXT',
  synonyms: ['word count', 'length', 'character count', 'text length', 'string length', 'len'],
  input: z.object({ text: z.string() }),
  output: z.object({
    word_count: z.int().describe('Number of parts separated by white space.'),
    character_count: z.int().describe('Number of Unicode code points, including white space: 😀 is one, é is one or two.'),
  }),
  tests: [
    {
      input: { text: ' Hello,  Ada\n' },
      output: [
        ['word_count', 2],
        ['character_count', 13],
      ],
    },
    {
      input: { text: '😀' },
      output: [
        ['word_count', 1],
        ['character_count', 1],
      ],
    },
    {
      input: { text: '' },
      output: [
        ['word_count', 0],
        ['character_count', 0],
      ],
    },
  ],
  *run({ text }) {
    yield ['word_count', text.match(/\S+/g)?.length ?? 0]
    yield ['character_count', countCharacters(text)]
  },
})

function countCharacters(text: string): number {
  let characters = 0
  for (const _ of text) characters++
  return characters
}
