import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const words = defineBlock({
  id: '5f83b065-2a08-459c-a312-c82e33174582',
  name: 'words',
  description: 'List the words of a text, in any language.',
  category: 'TEXT',
  synonyms: ['tokenize', 'split words', 'word list', 'segment', 'tokens'],
  input: z.object({
    text: z.string(),
    lower_case: z.boolean().default(true).describe('Convert the words to lower case.'),
    min_length: z
      .int()
      .min(1)
      .default(1)
      .describe('Minimum length of a word, in Unicode code points. Shorter words are omitted.'),
  }),
  output: z.object({ words: z.array(z.string()).describe('The words in order, without numbers and punctuation.') }),
  tests: [
    { input: { text: "The cat's 2 ÉTUDES, don't stop!" }, output: [['words', ['the', "cat's", 'études', "don't", 'stop']]] },
    { input: { text: 'Ada and Bo', lower_case: false, min_length: 3 }, output: [['words', ['Ada', 'and']]] },
    { input: { text: '12 + 7' }, output: [['words', []]] },
  ],
  *run({ text, lower_case: lowerCase, min_length: minLength }) {
    const found: string[] = []
    for (const { segment, isWordLike } of SEGMENTER.segment(lowerCase ? text.toLowerCase() : text))
      if (isWordLike && /\p{L}/u.test(segment) && Array.from(segment).length >= minLength) found.push(segment)
    yield ['words', found]
  },
})

// The language is fixed, so that the result does not depend on the machine.
const SEGMENTER = new Intl.Segmenter('en', { granularity: 'word' })
