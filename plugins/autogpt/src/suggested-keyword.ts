import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { keywordOutputs, keywordSchema, toPairs } from './keyword-pins.ts'

export const suggestedKeyword = defineBlock({
  id: '4193cb94-677c-48b0-9eec-6ac72fffd0f2',
  name: 'suggested-keyword',
  description: 'Split the data of a suggestion of DataForSEO into its parts.',
  category: 'DATA',
  icon: 'text-search',
  synonyms: ['keyword suggestion extractor', 'seo', 'keyword data', 'dataforseo', 'search volume', 'cpc'],
  input: z.object({
    suggestion: keywordSchema.meta({
      title: 'Suggestion',
      description: 'The data of one keyword.',
      examples: [{ keyword: 'running shoes', search_volume: 1900, cpc: 0.7 }],
    }),
  }),
  output: keywordOutputs,
  tests: [
    {
      input: {
        suggestion: {
          keyword: 'shoes',
          search_volume: 1900,
          competition: 0.5,
          cpc: 0.7,
          keyword_difficulty: 42,
          serp_info: { a: 1 },
          clickstream_data: { b: 2 },
        },
      },
      output: [
        ['keyword', 'shoes'],
        ['search_volume', 1900],
        ['competition', 0.5],
        ['cpc', 0.7],
        ['keyword_difficulty', 42],
        ['serp_info', { a: 1 }],
        ['clickstream_data', { b: 2 }],
      ],
    },
    {
      name: 'a missing member is null',
      input: { suggestion: { keyword: 'shoes' } },
      output: [
        ['keyword', 'shoes'],
        ['search_volume', null],
        ['competition', null],
        ['cpc', null],
        ['keyword_difficulty', null],
        ['serp_info', null],
        ['clickstream_data', null],
      ],
    },
    { input: { suggestion: {} as never }, output: [['error', (message: string) => message.includes('keyword')]] },
  ],
  *run({ suggestion: keyword }) {
    yield* toPairs(keyword)
  },
})
