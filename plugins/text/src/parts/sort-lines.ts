import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const sortLines = defineBlock({
  id: '4c1d2b79-d92c-49c3-a679-e65cfe2526d5',
  name: 'sort-lines',
  description: 'Sort the lines of a text, or remove lines that repeat.',
  category: 'TEXT',
  icon: 'arrow-down-a-z',
  synonyms: ['sort text', 'unique lines', 'dedupe lines', 'remove duplicate lines', 'uniq', 'alphabetical', 'reverse lines'],
  input: z.object({
    text: z.string().describe('The text.'),
    order: z
      .enum(['ascending', 'descending', 'reverse', 'keep'])
      .default('ascending')
      .describe('How to order the lines. "reverse" puts the last line first, "keep" does not sort.'),
    unique: z.boolean().default(false).describe('Keep only the first of lines that are equal.'),
    ignore_case: z.boolean().default(false).describe('Treat upper case and lower case as equal.'),
    language: z
      .string()
      .default('en')
      .meta({ description: 'The language whose alphabet to use. Numbers in the lines sort by their size.', advanced: true }),
  }),
  output: z.object({ text: z.string().describe('The lines.'), count: z.int().describe('The number of lines.') }),
  tests: [
    {
      input: { text: 'b10\nb9\nÄ\na\n' },
      output: [
        ['text', 'a\nÄ\nb9\nb10'],
        ['count', 4],
      ],
    },
    {
      input: { text: 'B\na\nb\na', order: 'keep', unique: true, ignore_case: true },
      output: [
        ['text', 'B\na'],
        ['count', 2],
      ],
    },
    {
      input: { text: '1\n2\n3', order: 'reverse' },
      output: [
        ['text', '3\n2\n1'],
        ['count', 3],
      ],
    },
    { input: { text: 'a', language: '?' }, output: [['error', 'language must be a language tag such as "en", got "?"']] },
    {
      name: 'an empty text has no lines',
      input: { text: '' },
      output: [
        ['text', ''],
        ['count', 0],
      ],
    },
  ],
  *run({ text, order, unique, ignore_case: ignoreCase, language }) {
    const collator = createCollator(language, ignoreCase)
    const all = text === '' ? [] : text.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n')
    const seen = new Set<string>()
    const lines = unique ? all.filter((line) => isFirst(seen, ignoreCase ? line.toLowerCase() : line)) : all
    const sorted = order === 'reverse' ? lines.toReversed() : order === 'keep' ? lines : lines.toSorted(collator.compare)
    yield ['text', (order === 'descending' ? sorted.toReversed() : sorted).join('\n')]
    yield ['count', sorted.length]
  },
})

function isFirst(seen: Set<string>, line: string): boolean {
  const { size } = seen
  return seen.add(line).size > size
}

function createCollator(language: string, ignoreCase: boolean): Intl.Collator {
  try {
    return new Intl.Collator(language, { numeric: true, sensitivity: ignoreCase ? 'accent' : 'variant' })
  } catch (cause) {
    throw new Error(`language must be a language tag such as "en", got ${JSON.stringify(language.slice(0, 100))}`, { cause })
  }
}
