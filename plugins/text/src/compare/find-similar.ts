import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { checkLength, computeSimilarity, fold } from './similarity.ts'

export const findSimilar = defineBlock({
  id: 'ea751e23-42cc-4eb1-8dea-c50f845c6547',
  name: 'find-similar',
  description: 'Find the text in a list that is most similar to a text, also with typing errors.',
  category: 'TEXT',
  icon: 'search-check',
  synonyms: [
    'fuzzy search',
    'fuzzy match',
    'closest match',
    'did you mean',
    'spell check',
    'record linkage',
    'best match',
    'fuse',
  ],
  input: z.object({
    text: z.string().describe('The text to find.'),
    list: z.array(z.string()).describe('The texts to search.'),
    min_similarity: z.number().min(0).max(1).default(0.6).describe('The least similarity of a match, from 0 to 1.'),
    limit: z.int().min(1).max(1000).default(5).describe('The maximum number of matches.'),
  }),
  output: z.object({
    result: z.string().describe('The most similar text. No value if none is similar enough.'),
    similarity: z.number().describe('The similarity of the result.'),
    rows: z
      .array(z.object({ text: z.string(), index: z.int(), similarity: z.number() }))
      .describe('The matches, the most similar first, with their positions in the list.'),
  }),
  tests: [
    {
      input: { text: 'germny', list: ['France', 'Germany', 'German'] },
      output: [
        ['result', 'Germany'],
        ['similarity', (value: number) => value > 0.85],
        ['rows', (rows: { index: number }[]) => rows.map(({ index }) => index).join() === '1,2'],
      ],
    },
    { input: { text: 'x', list: ['abc'] }, output: [['rows', []]] },
    { input: { text: 'x'.repeat(20_001), list: [] }, output: [['error', 'text must have at most 20000 characters, got 20001']] },
  ],
  *run({ text, list, min_similarity: minSimilarity, limit }) {
    checkLength('text', text)
    const wanted = fold(text)
    const rows = list
      .map((each, index) => ({ text: each, index, similarity: computeSimilarity(wanted, fold(each)).similarity }))
      .filter(({ similarity }) => similarity >= minSimilarity)
      .toSorted((a, b) => b.similarity - a.similarity)
      .slice(0, limit)
    const [best] = rows
    if (best) {
      yield ['result', best.text]
      yield ['similarity', best.similarity]
    }
    yield ['rows', rows]
  },
})
