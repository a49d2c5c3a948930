import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const decode = defineBlock({
  id: '2570e8fe-8447-43ed-84c7-70d657923231',
  name: 'decode',
  description: 'Decode escapes such as \\n and \\u00e9.',
  category: 'TEXT',
  synonyms: ['unescape', 'unquote', 'unicode', 'escape sequences', 'text decoder'],
  input: z.object({ text: z.string() }),
  output: z.object({ decoded_text: z.string() }),
  tests: [
    { input: { text: 'a\\nb\\t\\"c\\"' }, output: [['decoded_text', 'a\nb\t"c"']] },
    { input: { text: '\\xe9 \\u4e2d \\U0001f600 \\101' }, output: [['decoded_text', 'é 中 😀 A']] },
    {
      name: 'preserves other characters and unknown escapes',
      input: { text: 'é \\q \\\\n' },
      output: [['decoded_text', 'é \\q \\n']],
    },
    { name: 'an escaped surrogate pair is one character', input: { text: '\\ud83d\\ude00' }, output: [['decoded_text', '😀']] },
    { input: { text: '\\u😀' }, output: [['error', 'text has an incomplete escape: \\u😀']] },
    { input: { text: '\\u12' }, output: [['error', 'text has an incomplete escape: \\u12']] },
  ],
  *run({ text }) {
    yield ['decoded_text', text.replace(/\\(x.{0,2}|u.{0,4}|U.{0,8}|[0-7]{1,3}|[^])/gsu, decodeEscape)]
  },
})

const CHARACTERS: Record<string, string> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
}

function decodeEscape(escape: string, code: string): string {
  if (/^[0-7]/.test(code)) return String.fromCodePoint(Number.parseInt(code, 8))
  if (!/^[xuU]/.test(code)) return CHARACTERS[code] ?? escape
  const point = Number.parseInt(code.slice(1), 16)
  if (!/^(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})$/i.test(code) || point > 0x10ffff)
    throw new Error(`text has an incomplete escape: ${escape}`)
  return String.fromCodePoint(point)
}
