import { definePlugin } from '@ashlar/sdk'
import { provider } from './api.ts'
import { readMessages } from './read-messages.ts'
import { sendMessage } from './send-message.ts'
import { sendWebhookMessage } from './send-webhook-message.ts'

export default definePlugin({
  name: 'discord',
  icon: 'message-circle',
  providers: [provider],
  blocks: [sendMessage, readMessages, sendWebhookMessage],
})
