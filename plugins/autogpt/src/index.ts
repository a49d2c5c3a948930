import { definePlugin } from '@ashlar/sdk'
import { relatedKeyword } from './related-keyword.ts'
import { reviewComment } from './review-comment.ts'
import { suggestedKeyword } from './suggested-keyword.ts'

export default definePlugin({ name: 'autogpt', icon: 'bot', blocks: [suggestedKeyword, relatedKeyword, reviewComment] })
