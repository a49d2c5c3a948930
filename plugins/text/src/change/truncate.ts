import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const truncate = defineBlock({
  id: '4c15fd75-f40b-47a4-9621-33950f8bcd58',
  name: 'truncate',
  description: 'Shorten a text to a length, with "…" at the end.',
  category: 'TEXT',
  icon: 'ellipsis',
  synonyms: ['shorten', 'limit text', 'ellipsis', 'cut', 'excerpt', 'max length', 'abbreviate', 'tweet'],
  input: z.object({
    text: z.string().describe('The text.'),
    length: z.int().min(1).max(1_000_000).describe('The maximum number of characters, including the end.'),
    end: z.string().default('…').describe('The text at the end of a shortened text.'),
    words: z.boolean().default(true).describe('Cut between words, if possible.'),
  }),
  output: z.object({ text: z.string().describe('The text.'), shortened: z.boolean().describe('Whether the text was longer.') }),
  tests: [
    {
      input: { text: 'The quick brown fox', length: 12 },
      output: [
        ['text', 'The quick…'],
        ['shortened', true],
      ],
    },
    {
      input: { text: 'The quick brown fox', length: 12, words: false, end: '...' },
      output: [
        ['text', 'The quick...'],
        ['shortened', true],
      ],
    },
    {
      name: 'does not split a character of several code points',
      input: { text: '👩‍🚀👩‍🚀👩‍🚀', length: 2 },
      output: [
        ['text', '👩‍🚀…'],
        ['shortened', true],
      ],
    },
    {
      input: { text: 'short', length: 5 },
      output: [
        ['text', 'short'],
        ['shortened', false],
      ],
    },
    {
      input: { text: 'abcdef', length: 2, end: '...' },
      output: [['error', 'length must be greater than the length of "end", which is 3, got 2']],
    },
  ],
  *run({ text, length, end, words }) {
    const characters = segment(text, length + 1)
    if (characters.length <= length) {
      yield ['text', text]
      return yield ['shortened', false]
    }
    const room = length - segment(end, length + 1).length
    if (room < 1)
      throw new Error(`length must be greater than the length of "end", which is ${Array.from(end).length}, got ${length}`)
    const start = characters.slice(0, room).join('')
    const isBetween = /\s/.test(characters[room] ?? '')
    const cut = words && !isBetween ? start.replace(/(?<=\S)\s+\S*$/u, '') : start
    yield ['text', cut.trimEnd() + end]
    yield ['shortened', true]
  },
})

/** Returns the first characters as a reader sees them. */
function segment(text: string, most: number): string[] {
  return [...new Intl.Segmenter().segment(text)[Symbol.iterator]().take(most)].map(({ segment }) => segment)
}
