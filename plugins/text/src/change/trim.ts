import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const trim = defineBlock({
  id: '6c95a22d-2173-42f9-8a31-655fbb99bd52',
  name: 'trim',
  description: 'Remove white space, or other characters, at the ends of a text.',
  category: 'TEXT',
  icon: 'scissors',
  synonyms: ['strip', 'remove spaces', 'ltrim', 'rtrim', 'strip quotes', 'trim text', 'whitespace'],
  input: z.object({
    text: z.string().describe('The text.'),
    sides: z.enum(['both', 'start', 'end']).default('both').describe('Where to remove.'),
    characters: z.string().default('').describe('The characters to remove. By default white space.'),
  }),
  output: z.object({ text: z.string().describe('The text without them.') }),
  tests: [
    { input: { text: ' \u00a0a b\n' }, output: [['text', 'a b']] },
    { input: { text: '  a  ', sides: 'start' }, output: [['text', 'a  ']] },
    { input: { text: '"[a]"', characters: '"[]' }, output: [['text', 'a']] },
    { input: { text: '😀a😀', characters: '😀', sides: 'end' }, output: [['text', '😀a']] },
    { input: { text: '   ' }, output: [['text', '']] },
  ],
  *run({ text, sides, characters }) {
    const unwanted = new Set(characters)
    const isUnwanted = (character: string) => (characters === '' ? character.trim() === '' : unwanted.has(character))
    const all = Array.from(text)
    const first = all.findIndex((character) => !isUnwanted(character))
    const last = all.findLastIndex((character) => !isUnwanted(character))
    const start = sides === 'end' ? 0 : first
    const end = sides === 'start' ? all.length : last + 1
    yield ['text', first < 0 ? '' : all.slice(start, end).join('')]
  },
})
