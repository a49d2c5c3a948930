import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openSlack, provider } from './api.ts'
import { channelIdPin, timestampPin } from './pins.ts'
import { credentials } from './samples.ts'

const sentSchema = z.object({ ts: z.string(), channel: z.string() })

export const updateMessage = defineBlock({
  id: '14102176-1f83-4233-9f4b-4a9bee6b641c',
  name: 'update-message',
  icon: 'pencil',
  description: 'Replace the text of a message that the app has posted to Slack.',
  category: 'MESSAGING',
  synonyms: ['edit message'],
  capabilities: { http: ['POST slack.com/api/chat.update'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({
    channel: channelIdPin,
    ts: timestampPin,
    text: z.string().min(1).describe('The new text.'),
  }),
  output: z.object({
    ts: z.string().describe('The "ts" of the message, which identifies it in its channel.'),
    channel: z.string().describe('The id of the channel.'),
  }),
  tests: [
    {
      name: 'replaces the text',
      input: { channel: 'C1', ts: '1.2', text: 'Hello' },
      credentials,
      http: { 'POST https://slack.com/api/chat.update': { json: { ok: true, ts: '1.2', channel: 'C1' } } },
      output: [
        ['ts', '1.2'],
        ['channel', 'C1'],
      ],
    },
    {
      name: 'refuses an invalid ts',
      input: { channel: 'C1', ts: 'x', text: 'Hello' },
      output: [['error', (message: string) => message.includes('1512085950.000216')]],
    },
  ],
  async *run(json, context) {
    const sent = sentSchema.parse(await (await openSlack(context)).json('POST', '/chat.update', { json, isRepeatable: true }))
    yield ['ts', sent.ts]
    yield ['channel', sent.channel]
  },
})
