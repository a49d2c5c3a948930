import { definePlugin } from '@ashlar/sdk'
import { askApproval } from './ask-approval.ts'

export default definePlugin({ name: 'review', icon: 'user-check', blocks: [askApproval] })
