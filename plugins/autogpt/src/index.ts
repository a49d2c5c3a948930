import { definePlugin } from '@ashlar/sdk'
import { readRssFeed } from './rss/index.ts'
import { relatedKeyword } from './related-keyword.ts'
import { reviewComment } from './review-comment.ts'
import { suggestedKeyword } from './suggested-keyword.ts'
import { wikipediaSummary } from './wikipedia-summary.ts'

export default definePlugin({
  name: 'autogpt',
  icon: 'bot',
  blocks: [suggestedKeyword, relatedKeyword, reviewComment, wikipediaSummary, readRssFeed],
})
