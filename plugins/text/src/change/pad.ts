import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

const MAX_CHARACTERS = 1_000_000

export const pad = defineBlock({
  id: 'cde70693-71bf-49f9-9bde-8c34fffcf786',
  name: 'pad',
  description: 'Fill a text up to a length, for example a number with zeros.',
  category: 'TEXT',
  icon: 'align-horizontal-justify-end',
  synonyms: ['leading zeros', 'pad left', 'pad right', 'zfill', 'ljust', 'rjust', 'center text', 'fixed width'],
  input: z.object({
    text: z.string().describe('The text.'),
    length: z.int().min(0).max(MAX_CHARACTERS).describe('The length to reach, in characters.'),
    fill: z.string().min(1).default(' ').describe('The text to fill with.'),
    side: z.enum(['start', 'end', 'both']).default('start').describe('Where to add. "both" centres the text.'),
  }),
  output: z.object({ text: z.string().describe('The text. A longer text stays as it is.') }),
  tests: [
    { input: { text: '7', length: 3, fill: '0' }, output: [['text', '007']] },
    { input: { text: 'ab', length: 5, fill: '-+', side: 'end' }, output: [['text', 'ab-+-']] },
    { input: { text: 'a', length: 4, fill: '.', side: 'both' }, output: [['text', '.a..']] },
    { name: 'counts characters, not code units', input: { text: '😀', length: 2, fill: '*' }, output: [['text', '*😀']] },
    { input: { text: 'long', length: 2 }, output: [['text', 'long']] },
    { input: { text: 'a', length: -1 }, output: [['error', (message: string) => message.includes('length')]] },
  ],
  *run({ text, length, fill, side }) {
    const missing = Math.max(0, length - Array.from(text).length)
    const before = side === 'start' ? missing : side === 'both' ? Math.floor(missing / 2) : 0
    yield ['text', repeat(fill, before) + text + repeat(fill, missing - before)]
  },
})

function repeat(fill: string, length: number): string {
  const characters = Array.from(fill)
  return Array.from({ length }, (_, i) => characters[i % characters.length]).join('')
}
