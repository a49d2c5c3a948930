import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { keywordOutputs, keywordPin, NAME_ONLY_PAIRS, toPairs, WHOLE, WHOLE_PAIRS } from './keyword.ts'

export const relatedKeyword = defineBlock({
  id: '98342061-09d2-4952-bf77-0761fc8cc9a8',
  name: 'related-keyword',
  description: 'Split the data of a related keyword of DataForSEO into its parts.',
  category: 'DATA',
  icon: 'text-search',
  synonyms: ['related keyword extractor', 'seo', 'keyword data', 'dataforseo', 'search volume', 'cpc'],
  input: z.object({ related_keyword: keywordPin.meta({ title: 'Related keyword' }) }),
  output: keywordOutputs,
  tests: [
    { input: { related_keyword: WHOLE }, output: WHOLE_PAIRS },
    { name: 'a missing member is null', input: { related_keyword: { keyword: 'shoes' } }, output: NAME_ONLY_PAIRS },
    { input: { related_keyword: {} as never }, output: [['error', (message: string) => message.includes('keyword')]] },
  ],
  *run({ related_keyword: keyword }) {
    yield* toPairs(keyword)
  },
})
