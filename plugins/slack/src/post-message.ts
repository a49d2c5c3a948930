import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openSlack, provider } from './api.ts'
import { channelPin, timestampPin } from './pins.ts'
import { credentials } from './samples.ts'

const sentSchema = z.object({ ts: z.string(), channel: z.string() })

export const postMessage = defineBlock({
  id: '6f426721-3a66-4345-b84d-8b490524bee5',
  name: 'post-message',
  icon: 'message-square',
  description: 'Post a message to a Slack channel, or reply in a thread.',
  category: 'MESSAGING',
  common: true,
  synonyms: ['send message', 'chat', 'notify', 'slack message', 'reply'],
  capabilities: { http: ['POST slack.com/api/chat.postMessage'], credentials: [provider.name] },
  timeoutMs: 300_000,
  input: z.object({
    channel: channelPin,
    text: z.string().min(1).describe('The text, in the markup of Slack (mrkdwn).'),
    thread: timestampPin.optional().describe('The "ts" of a message, to reply in its thread.'),
    blocks: z
      .array(z.record(z.string(), z.unknown()))
      .optional()
      .meta({ description: 'Layout blocks of Slack. The text is then for notifications.', advanced: true }),
  }),
  output: z.object({
    ts: z.string().describe('The "ts" of the message, which identifies it in its channel.'),
    channel: z.string().describe('The id of the channel.'),
  }),
  tests: [
    {
      name: 'posts the message',
      input: { channel: '#general', text: 'Hi' },
      credentials,
      http: { 'POST https://slack.com/api/chat.postMessage': { json: { ok: true, ts: '1.2', channel: 'C1' } } },
      output: [
        ['ts', '1.2'],
        ['channel', 'C1'],
      ],
    },
    {
      name: 'waits when Slack limits the rate',
      input: { channel: 'C1', text: 'Hi' },
      credentials,
      http: {
        'POST https://slack.com/api/chat.postMessage': [
          { status: 429, headers: { 'retry-after': '0' }, json: { ok: false, error: 'ratelimited' } },
          { json: { ok: true, ts: '1.3', channel: 'C1' } },
        ],
      },
      output: [
        ['ts', '1.3'],
        ['channel', 'C1'],
      ],
    },
    {
      name: 'reports an error in an answer with the status 200',
      input: { channel: 'C1', text: 'Hi' },
      credentials,
      http: { 'POST https://slack.com/api/chat.postMessage': { json: { ok: false, error: 'not_in_channel' } } },
      output: [['error', 'Slack answered: not_in_channel; invite the app to the channel first']],
    },
  ],
  async *run({ channel, text, thread, blocks }, context) {
    const json = { channel, text, thread_ts: thread, blocks }
    const sent = sentSchema.parse(await (await openSlack(context)).json('POST', '/chat.postMessage', { json }))
    yield ['ts', sent.ts]
    yield ['channel', sent.channel]
  },
})
