import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const splitSentences = defineBlock({
  id: '61f236c4-5f6c-4772-91fd-0e79a1639911',
  name: 'split-sentences',
  description: 'Split a text into its sentences, in any language.',
  category: 'TEXT',
  icon: 'text-quote',
  synonyms: ['sentences', 'sentence tokenizer', 'nltk', 'segment text', 'sentence boundary'],
  input: z.object({
    text: z.string().describe('The text.'),
    language: z
      .string()
      .default('en')
      .meta({ description: 'The language of the text.', examples: ['de', 'ja'] }),
  }),
  output: z.object({
    list: z.array(z.string()).describe('The sentences, without white space at their ends.'),
    count: z.int().describe('The number of sentences.'),
  }),
  tests: [
    {
      name: 'an abbreviation does not end a sentence',
      input: { text: 'Mr. Smith paid $3.50.  Really? Yes, e.g. "this."\n\nEnd' },
      output: [
        ['list', ['Mr. Smith paid $3.50.', 'Really?', 'Yes, e.g. "this."', 'End']],
        ['count', 4],
      ],
    },
    {
      input: { text: '今日は。元気？', language: 'ja' },
      output: [
        ['list', ['今日は。', '元気？']],
        ['count', 2],
      ],
    },
    {
      input: { text: ' ' },
      output: [
        ['list', []],
        ['count', 0],
      ],
    },
    { input: { text: 'a', language: '?' }, output: [['error', 'language must be a language tag such as "en", got "?"']] },
  ],
  *run({ text, language }) {
    const sentences = findSentences(text, language)
    yield ['list', sentences]
    yield ['count', sentences.length]
  },
})

/** Returns the sentences of a text. @throws {Error} when the language is not a tag */
export function findSentences(text: string, language: string): string[] {
  const segments = Array.from(createSegmenter(language).segment(text), ({ segment }) => segment)
  const sentences: string[] = []
  for (const segment of segments) {
    const before = sentences.at(-1)
    if (before !== undefined && ABBREVIATION.test(before)) sentences[sentences.length - 1] = before + segment
    else sentences.push(segment)
  }
  return sentences.map((sentence) => sentence.trim()).filter((sentence) => sentence !== '')
}

/** Titles and short forms at the end of a segment, after which a sentence continues. */
const ABBREVIATION =
  /(?:^|[\s("'])(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|e\.g|i\.e|cf|Nr|Hr|Fr|z\.\s?B|d\.\s?h|bzw|ca|No|Vol|Fig)\.\s*$/

function createSegmenter(language: string): Intl.Segmenter {
  try {
    return new Intl.Segmenter(language, { granularity: 'sentence' })
  } catch (cause) {
    throw new Error(`language must be a language tag such as "en", got ${JSON.stringify(language.slice(0, 100))}`, { cause })
  }
}
