import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openWithoutCredential } from './api.ts'
import { splitText } from './split.ts'

export const sendWebhookMessage = defineBlock({
  id: '5b85185d-6983-4aa7-ac3f-35f40b8ba38d',
  name: 'send-webhook-message',
  icon: 'webhook',
  description: 'Send a message to a Discord channel through a webhook of the channel.',
  category: 'MESSAGING',
  synonyms: ['discord webhook', 'notify', 'alert'],
  capabilities: { http: ['POST discord.com/api/webhooks/*'] },
  timeoutMs: 300_000,
  input: z.object({
    webhook_url: z
      .string()
      .regex(/^https:\/\/discord\.com\/api\/webhooks\/\d+\/[\w-]+$/, 'must be like "https://discord.com/api/webhooks/123/abc"')
      .meta({
        title: 'Webhook URL',
        description: 'From the settings of the channel, under Integrations. Anyone who knows it can send messages.',
        secret: true,
      }),
    message_content: z
      .string()
      .min(1)
      .meta({ title: 'Message', description: 'The text. A text of more than 2000 characters becomes several messages.' }),
    username: z.string().default('').describe('The name to show as the sender. By default that of the webhook.'),
  }),
  output: z.object({ message_id: z.string().describe('The id of the last message.') }),
  tests: [
    {
      name: 'sends the message',
      input: { webhook_url: 'https://discord.com/api/webhooks/1/abc', message_content: 'Hi' },
      http: { 'POST https://discord.com/api/webhooks/1/abc?wait=true': { json: { id: '5' } } },
      output: [['message_id', '5']],
    },
    {
      name: 'refuses another address',
      input: { webhook_url: 'https://evil.example/api/webhooks/1/abc', message_content: 'Hi' },
      output: [['error', (message: string) => message.includes('must be like')]],
    },
  ],
  async *run({ webhook_url, message_content, username }, context) {
    const api = openWithoutCredential(context.fetch, context)
    let last = ''
    for (const content of splitText(message_content)) {
      const json = { content, username: username || undefined, allowed_mentions: { parse: ['users', 'roles'] } }
      last = z.object({ id: z.string() }).parse(await api.json('POST', webhook_url, { query: { wait: true }, json })).id
    }
    yield ['message_id', last]
  },
})
