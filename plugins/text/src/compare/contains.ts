import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const contains = defineBlock({
  id: '36c3426d-320e-46aa-ab7a-b35211ecf1f0',
  name: 'contains',
  description: 'Check whether a text contains, starts with or ends with another text.',
  category: 'TEXT',
  categories: ['LOGIC'],
  icon: 'text-search',
  synonyms: ['starts with', 'ends with', 'includes', 'if text', 'has word', 'keyword', 'text filter', 'text condition', 'any of'],
  input: z.object({
    text: z.string().describe('The text to search.'),
    search: z.union([z.string(), z.array(z.string())]).describe('The text to find, or a list of texts.'),
    where: z
      .enum(['anywhere', 'start', 'end', 'word', 'equal'])
      .default('anywhere')
      .describe('Where the text must be. "word" finds it only as a whole word.'),
    match: z.enum(['any', 'all']).default('any').describe('For a list: whether one of the texts is enough.'),
    case_sensitive: z.boolean().default(true).describe('Whether upper case and lower case differ.'),
  }),
  output: z.object({
    result: z.boolean().describe('Whether the text contains it.'),
    positive: z.string().describe('The text, if it does.'),
    negative: z.string().describe('The text, if it does not.'),
    found: z.array(z.string()).describe('The texts that were found.'),
  }),
  tests: [
    {
      input: { text: 'Hello World', search: 'World', where: 'end' },
      output: [
        ['result', true],
        ['positive', 'Hello World'],
        ['found', ['World']],
      ],
    },
    {
      input: { text: 'a cat', search: ['CAT', 'dog'], where: 'word', match: 'all', case_sensitive: false },
      output: [
        ['result', false],
        ['negative', 'a cat'],
        ['found', ['CAT']],
      ],
    },
    {
      input: { text: 'concatenate', search: 'cat', where: 'word' },
      output: [
        ['result', false],
        ['negative', 'concatenate'],
        ['found', []],
      ],
    },
    { input: { text: 'a', search: ['', 'a'] }, output: [['error', 'search must not contain an empty text']] },
  ],
  *run({ text, search, where, match, case_sensitive: caseSensitive }) {
    const wanted = Array.isArray(search) ? search : [search]
    if (wanted.length === 0 || wanted.includes('')) throw new Error('search must not contain an empty text')
    const found = wanted.filter((each) => createTest(each, where, caseSensitive).test(text))
    const result = match === 'any' ? found.length > 0 : found.length === wanted.length
    yield ['result', result]
    yield [result ? 'positive' : 'negative', text]
    yield ['found', found]
  },
})

function createTest(search: string, where: 'anywhere' | 'start' | 'end' | 'word' | 'equal', caseSensitive: boolean): RegExp {
  const literal = RegExp.escape(search)
  const letter = '[\\p{L}\\p{M}\\p{N}_]'
  const sources = {
    anywhere: literal,
    start: `^${literal}`,
    end: `${literal}$`,
    equal: `^${literal}$`,
    word: `(?<!${letter})${literal}(?!${letter})`,
  }
  return new RegExp(sources[where], caseSensitive ? 'u' : 'iu')
}
