import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { keywordOutputs, keywordSchema, toPairs } from './keyword-pins.ts'

export const relatedKeyword = defineBlock({
  id: '98342061-09d2-4952-bf77-0761fc8cc9a8',
  name: 'related-keyword',
  description: 'Split the data of a related keyword of DataForSEO into its parts.',
  category: 'DATA',
  icon: 'text-search',
  synonyms: ['related keyword extractor', 'seo', 'keyword data', 'dataforseo', 'search volume', 'cpc'],
  input: z.object({
    related_keyword: keywordSchema.meta({
      title: 'Related keyword',
      description: 'The data of one keyword.',
      examples: [{ keyword: 'running shoes', search_volume: 1900, cpc: 0.7 }],
    }),
  }),
  output: keywordOutputs,
  tests: [
    {
      input: {
        related_keyword: {
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
      input: { related_keyword: { keyword: 'shoes' } },
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
    { input: { related_keyword: {} as never }, output: [['error', (message: string) => message.includes('keyword')]] },
  ],
  *run({ related_keyword: keyword }) {
    yield* toPairs(keyword)
  },
})
