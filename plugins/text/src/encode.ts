import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const encode = defineBlock({
  id: '5185f32e-4b65-4ecf-8fbb-873f003f09d6',
  name: 'encode',
  description: 'Encode line breaks, control characters and non-ASCII characters as escapes.',
  category: 'TEXT',
  synonyms: ['escape', 'quote', 'ascii', 'unicode', 'escape sequences', 'text encoder'],
  input: z.object({ text: z.string() }),
  output: z.object({ encoded_text: z.string() }),
  tests: [
    { input: { text: 'a\nb\t"c" \\' }, output: [['encoded_text', 'a\\nb\\t"c" \\\\']] },
    { input: { text: 'é 中 😀 \x1b' }, output: [['encoded_text', '\\xe9 \\u4e2d \\U0001f600 \\x1b']] },
    { input: { text: '' }, output: [['encoded_text', '']] },
  ],
  *run({ text }) {
    yield ['encoded_text', text.replace(/[^\x20-\x5b\x5d-\x7e]/gu, encodeCharacter)]
  },
})

const ESCAPES: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' }

function encodeCharacter(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16)
  if (hex.length > 4) return `\\U${hex.padStart(8, '0')}`
  return ESCAPES[character] ?? (hex.length > 2 ? `\\u${hex.padStart(4, '0')}` : `\\x${hex.padStart(2, '0')}`)
}
