import { defineBlock } from '@ashlar/sdk'
import slugify from '@sindresorhus/slugify'
import { z } from 'zod'

export const slug = defineBlock({
  id: 'd35fd15d-3379-48ba-b4fb-187e4672b296',
  name: 'slug',
  description: 'Turn a text into a name for addresses and files: "Crème brûlée!" becomes "creme-brulee".',
  category: 'TEXT',
  icon: 'link-2',
  synonyms: ['slugify', 'url name', 'file name', 'permalink', 'kebab case', 'transliterate', 'ascii', 'safe name'],
  input: z.object({
    text: z.string().describe('The text.'),
    separator: z.string().max(5).default('-').describe('The text between words.'),
    lower_case: z.boolean().default(true).describe('Convert to lower case.'),
    max_length: z
      .int()
      .min(0)
      .max(1000)
      .default(0)
      .describe('The maximum number of characters. The text is cut between words if possible. 0 for no limit.'),
    language: z
      .string()
      .default('')
      .meta({
        description: 'The language of the text, for letters that languages write differently.',
        examples: ['de', 'sv', 'tr'],
        advanced: true,
      }),
  }),
  output: z.object({ slug: z.string().describe('The name. Empty if the text has no letters and digits.') }),
  tests: [
    { input: { text: 'Crème brûlée & Ünïcode!' }, output: [['slug', 'creme-brulee-and-uenicode']] },
    { input: { text: 'Räksmörgås', language: 'sv', separator: '_' }, output: [['slug', 'raksmorgas']] },
    { input: { text: 'Привет Мир' }, output: [['slug', 'privet-mir']] },
    { input: { text: 'one two three', max_length: 9 }, output: [['slug', 'one-two']] },
    { input: { text: 'onetwothree', max_length: 6, lower_case: false }, output: [['slug', 'onetwo']] },
    { input: { text: '!?' }, output: [['slug', '']] },
  ],
  *run({ text, separator, lower_case: lowercase, max_length: maxLength, language }) {
    const slug = slugify(text, { separator, lowercase, decamelize: false, ...(language !== '' && { locale: language }) })
    yield ['slug', maxLength === 0 ? slug : cut(slug, separator, maxLength)]
  },
})

function cut(slug: string, separator: string, maxLength: number): string {
  if (slug.length <= maxLength) return slug
  const start = slug.slice(0, maxLength)
  if (separator === '' || slug.startsWith(separator, maxLength)) return start
  const end = start.lastIndexOf(separator)
  return end > 0 ? start.slice(0, end) : start
}
