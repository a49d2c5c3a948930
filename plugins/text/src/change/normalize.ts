import { defineBlock } from '@ashlar/sdk'
import transliterate from '@sindresorhus/transliterate'
import { z } from 'zod'

export const normalize = defineBlock({
  id: 'a96d59b4-0b6a-4c43-86c8-ec3cd7eff776',
  name: 'normalize',
  description: 'Clean a text: white space, accents, typographic quotes, line ends, invisible characters and Unicode forms.',
  category: 'TEXT',
  icon: 'eraser',
  synonyms: [
    'remove accents',
    'diacritics',
    'clean text',
    'collapse whitespace',
    'unicode',
    'nfc',
    'nfkc',
    'ascii',
    'unaccent',
    'smart quotes',
    'sanitize text',
  ],
  input: z.object({
    text: z.string().describe('The text.'),
    form: z
      .enum(['NFC', 'NFD', 'NFKC', 'NFKD'])
      .default('NFC')
      .describe('The Unicode form. NFC is the usual one. NFKC also replaces variants, such as "ﬁ" by "fi" and "①" by "1".'),
    accents: z
      .enum(['keep', 'remove', 'ascii'])
      .default('keep')
      .describe(
        '"remove" turns é into e, in Latin and Greek letters. "ascii" writes every letter with Latin letters: ß becomes ss.',
      ),
    white_space: z
      .enum(['keep', 'collapse', 'lines'])
      .default('keep')
      .describe(
        '"collapse" makes one space of all white space. "lines" does so in each line, and removes empty lines at the ends.',
      ),
    quotes: z.boolean().default(false).describe('Replace typographic quotes, dashes and dots by those of a keyboard.'),
    invisible: z
      .boolean()
      .default(true)
      .describe('Remove control characters and characters without a width. Line ends and page breaks become "\\n".'),
  }),
  output: z.object({ text: z.string().describe('The clean text.') }),
  tests: [
    { input: { text: 'e\u0301\u200b a\r\nb\u0000' }, output: [['text', 'é a\nb']] },
    { input: { text: 'Ça été', accents: 'remove' }, output: [['text', 'Ca ete']] },
    { input: { text: 'Straße Łódź', accents: 'ascii' }, output: [['text', 'Strasse Lodz']] },
    { input: { text: ' a \u00a0 b\n\n c ', white_space: 'collapse' }, output: [['text', 'a b c']] },
    { input: { text: '\n a  b \n  c\n\n', white_space: 'lines' }, output: [['text', 'a b\nc']] },
    { input: { text: '“a” – ‘b’…', quotes: true }, output: [['text', '"a" - \'b\'...']] },
    { input: { text: 'ﬁ①', form: 'NFKC' }, output: [['text', 'fi1']] },
    { name: 'keeps emoji of several characters', input: { text: '👩‍🚀' }, output: [['text', '👩‍🚀']] },
    {
      name: 'letters of other scripts are not accents',
      input: { text: 'é ά й が', accents: 'remove' },
      output: [['text', 'e α й が']],
    },
    { name: 'a page break separates lines', input: { text: 'a\fb\u2028c' }, output: [['text', 'a\nb\nc']] },
  ],
  *run({ text, form, accents, white_space: whiteSpace, quotes, invisible }) {
    let result = invisible ? removeInvisible(text) : text
    if (quotes) result = replaceQuotes(result)
    if (accents === 'ascii') result = transliterate(result)
    if (accents === 'remove') result = result.normalize('NFD').replace(ACCENTS, '$1')
    result = result.normalize(form)
    if (whiteSpace === 'collapse') result = result.replace(/\s+/gu, ' ').trim()
    if (whiteSpace === 'lines')
      result = result
        .replace(/[^\S\n]+/gu, ' ')
        .replace(/ ?\n ?/g, '\n')
        .trim()
    yield ['text', result]
  },
})

/** In other scripts such a mark is part of a letter: й and が would become other letters. */
const ACCENTS = /([\p{Script=Latin}\p{Script=Greek}])\p{Mn}+/gu

function removeInvisible(text: string): string {
  // The zero width joiner is a part of emoji, and of words in some scripts.
  return text.replace(/\r\n?|[\v\f\u0085\u2028\u2029]/g, '\n').replace(/(?![\t\n])\p{Cc}|[\u00ad\u200b\u2060\ufeff]/gu, '')
}

function replaceQuotes(text: string): string {
  return text
    .replace(/[“”„‟«»]/g, '"')
    .replace(/[‘’‚‛‹›]/g, "'")
    .replace(/[‐‑‒–—―]/g, '-')
    .replaceAll('…', '...')
}
