import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

export const words = defineBlock({
  id: '5f83b065-2a08-459c-a312-c82e33174582',
  name: 'words',
  description: 'List the words of a text, in any language.',
  category: 'TEXT',
  input: z.object({
    text: z.string(),
    lower_case: z.boolean().default(true).describe('Turn the words to lower case, so that equal ones are equal.'),
    min_length: z.int().min(1).default(1).describe('Leave out shorter words; in Unicode code points.'),
  }),
  output: z.object({ words: z.array(z.string()).describe('The words in order; numbers and signs are none.') }),
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

// A fixed language: the result must not depend on the machine.
const SEGMENTER = new Intl.Segmenter('en', { granularity: 'word' })
