import { defineBlock } from '@ashlar/sdk'
import { decode as decodeEntities } from 'html-entities'
import { z } from 'zod'
import { decodeBytes, showText, toText } from '../bytes/index.ts'
import { FORMAT_DESCRIPTION, FORMATS } from './formats.ts'

export const decode = defineBlock({
  id: '068dc829-483c-41d0-bb30-83e8dd7e8dea',
  name: 'decode',
  description: 'Decode Base64, hexadecimal, a part of a web address, or HTML entities.',
  category: 'CRYPTO',
  categories: ['TEXT'],
  icon: 'binary',
  synonyms: [
    'base64 decode',
    'url decode',
    'urldecode',
    'unescape html',
    'html entities',
    'base32',
    'from hex',
    'atob',
    'unquote',
  ],
  input: z.object({
    text: z.string().describe('The encoded text.'),
    format: z.enum(FORMATS).default('base64').describe(FORMAT_DESCRIPTION),
  }),
  output: z.object({
    text: z.string().describe('The decoded text. No value if the bytes are not UTF-8.'),
    base64: z.string().describe('The decoded bytes, as Base64.'),
  }),
  tests: [
    {
      input: { text: 'w6k_Pg' },
      output: [
        ['text', 'é?>'],
        ['base64', 'w6k/Pg=='],
      ],
    },
    { name: 'bytes that are not UTF-8', input: { text: 'FF 00', format: 'hex' }, output: [['base64', '/wA=']] },
    {
      input: { text: 'mzxw6ytboi', format: 'base32' },
      output: [
        ['text', 'foobar'],
        ['base64', 'Zm9vYmFy'],
      ],
    },
    {
      input: { text: 'a+b%2F%C3%A9', format: 'form' },
      output: [
        ['text', 'a b/é'],
        ['base64', 'YSBiL8Op'],
      ],
    },
    {
      input: { text: 'a+b%20', format: 'percent' },
      output: [
        ['text', 'a+b '],
        ['base64', 'YStiIA=='],
      ],
    },
    {
      input: { text: '&lt;b&gt; &eacute;&#233;&#xe9;&nosuch;', format: 'html' },
      output: [
        ['text', '<b> ééé&nosuch;'],
        ['base64', 'PGI+IMOpw6nDqSZub3N1Y2g7'],
      ],
    },
    { input: { text: 'a!' }, output: [['error', (message: string) => message.startsWith('text must be Base64, got "a!"')]] },
    {
      input: { text: '100%', format: 'percent' },
      output: [['error', 'text must have two hexadecimal digits after each %, and be UTF-8, got "100%"']],
    },
  ],
  *run({ text, format }) {
    const bytes = decodeFormat(text, format)
    const decoded = toText(bytes)
    if (decoded !== undefined) yield ['text', decoded]
    yield ['base64', bytes.toBase64()]
  },
})

function decodeFormat(text: string, format: (typeof FORMATS)[number]): Uint8Array {
  switch (format) {
    case 'html':
      return new TextEncoder().encode(decodeEntities(text))
    case 'percent':
      return new TextEncoder().encode(decodePercent(text))
    case 'form':
      return new TextEncoder().encode(decodePercent(text.replaceAll('+', '%20')))
    case 'base64':
    case 'base64url':
    case 'hex':
    case 'base32':
    case 'base58':
      return decodeBytes(text, format, 'text')
  }
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw new Error(`text must have two hexadecimal digits after each %, and be UTF-8, got ${showText(text)}`, { cause })
  }
}
