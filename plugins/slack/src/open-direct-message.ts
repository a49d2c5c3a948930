import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openSlack, provider } from './api.ts'
import { credentials } from './samples.ts'

export const openDirectMessage = defineBlock({
  id: '5bc03547-2d01-4d16-bfdb-9eb695b7811b',
  name: 'open-direct-message',
  icon: 'message-circle',
  description: 'Open a conversation with one or more Slack members, and return its channel for the block post-message.',
  category: 'MESSAGING',
  synonyms: ['dm', 'private message', 'direct message'],
  capabilities: { http: ['POST slack.com/api/conversations.open'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({
    users: z
      .array(z.string().regex(/^[UW][A-Z0-9]+$/, 'must be the id of a member, like "U0123456789"'))
      .min(1)
      .max(8)
      .meta({ title: 'Users', description: 'Ids of the members.', examples: [['U0123456789']] }),
  }),
  output: z.object({ channel: z.string().describe('The id of the conversation.') }),
  tests: [
    {
      name: 'returns the channel',
      input: { users: ['U1'] },
      credentials,
      http: { 'POST https://slack.com/api/conversations.open': { json: { ok: true, channel: { id: 'D1' } } } },
      output: [['channel', 'D1']],
    },
    { name: 'needs ids', input: { users: ['ada'] }, output: [['error', (message: string) => message.includes('U0123456789')]] },
  ],
  async *run({ users }, context) {
    const json = { users: users.join(',') }
    const answer = await (await openSlack(context)).json('POST', '/conversations.open', { json, isRepeatable: true })
    yield ['channel', z.object({ channel: z.object({ id: z.string() }) }).parse(answer).channel.id]
  },
})
