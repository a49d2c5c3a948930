import { definePlugin } from '@ashlar/sdk'
import { extractWebsiteContent, jina, searchTheWeb } from './jina/index.ts'
import { relatedKeyword } from './related-keyword.ts'
import { reviewComment } from './review-comment.ts'
import { suggestedKeyword } from './suggested-keyword.ts'
import { wikipediaSummary } from './wikipedia-summary.ts'

export default definePlugin({
  name: 'autogpt',
  icon: 'bot',
  providers: [jina],
  blocks: [suggestedKeyword, relatedKeyword, reviewComment, wikipediaSummary, searchTheWeb, extractWebsiteContent],
})
