import { defineBlock } from '@ashlar/sdk'
import { encode as encodeEntities } from 'html-entities'
import { z } from 'zod'
import { bytesPins, encodeBytes, toBytes, toText } from '../bytes/index.ts'
import { FORMAT_DESCRIPTION, FORMATS } from './formats.ts'

export const encode = defineBlock({
  id: 'bbee3bc6-9857-4acd-ba8a-fbaa29063b7e',
  name: 'encode',
  description: 'Encode a text as Base64, hexadecimal, for a web address, or as HTML entities.',
  category: 'CRYPTO',
  categories: ['TEXT'],
  icon: 'binary',
  synonyms: [
    'base64 encode',
    'url encode',
    'urlencode',
    'percent encoding',
    'escape html',
    'htmlspecialchars',
    'base32',
    'to hex',
    'btoa',
  ],
  input: z.object({ ...bytesPins, format: z.enum(FORMATS).default('base64').describe(FORMAT_DESCRIPTION) }),
  output: z.object({ text: z.string().describe('The encoded text.') }),
  tests: [
    { input: { text: 'é?>' }, output: [['text', 'w6k/Pg==']] },
    { input: { text: 'é?>', format: 'base64url' }, output: [['text', 'w6k_Pg']] },
    { input: { text: '/wA=', text_is: 'base64', format: 'hex' }, output: [['text', 'ff00']] },
    { input: { text: 'foobar', format: 'base32' }, output: [['text', 'MZXW6YTBOI======']] },
    { input: { text: 'Hello World!', format: 'base58' }, output: [['text', '2NEpo7TZRRrLZSi2U']] },
    { input: { text: "a b/é&'", format: 'percent' }, output: [['text', 'a%20b%2F%C3%A9%26%27']] },
    { input: { text: 'a b/é', format: 'form' }, output: [['text', 'a+b%2F%C3%A9']] },
    {
      input: { text: '<a href="x">é & \'b\'</a>', format: 'html' },
      output: [['text', '&lt;a href=&quot;x&quot;&gt;é &amp; &apos;b&apos;&lt;/a&gt;']],
    },
    {
      input: { text: '/wA=', text_is: 'base64', format: 'html' },
      output: [['error', 'text must be UTF-8 for the format "html"']],
    },
  ],
  *run({ format, ...input }) {
    const bytes = toBytes(input)
    if (format !== 'percent' && format !== 'form' && format !== 'html') return yield ['text', encodeBytes(bytes, format)]
    const text = toText(bytes)
    if (text === undefined) throw new Error(`text must be UTF-8 for the format "${format}"`)
    if (format === 'html') return yield ['text', encodeEntities(text)]
    yield ['text', format === 'percent' ? encodePercent(text) : new URLSearchParams({ '': text }).toString().slice(1)]
  },
})

/** Also encodes the characters that RFC 3986 reserves and `encodeURIComponent` keeps. */
function encodePercent(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
