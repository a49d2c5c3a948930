import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { keywordOutputs, keywordPin, NAME_ONLY_PAIRS, toPairs, WHOLE, WHOLE_PAIRS } from './keyword.ts'

export const suggestedKeyword = defineBlock({
  id: '4193cb94-677c-48b0-9eec-6ac72fffd0f2',
  name: 'suggested-keyword',
  description: 'Split the data of a suggestion of DataForSEO into its parts.',
  category: 'DATA',
  icon: 'text-search',
  synonyms: ['keyword suggestion extractor', 'seo', 'keyword data', 'dataforseo', 'search volume', 'cpc'],
  input: z.object({ suggestion: keywordPin.meta({ title: 'Suggestion' }) }),
  output: keywordOutputs,
  tests: [
    { input: { suggestion: WHOLE }, output: WHOLE_PAIRS },
    { name: 'a missing member is null', input: { suggestion: { keyword: 'shoes' } }, output: NAME_ONLY_PAIRS },
    { input: { suggestion: {} as never }, output: [['error', (message: string) => message.includes('keyword')]] },
  ],
  *run({ suggestion: keyword }) {
    yield* toPairs(keyword)
  },
})
