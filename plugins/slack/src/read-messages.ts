import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openSlack, provider } from './api.ts'
import { channelIdPin, limitPin, listPins, timestampPin, yieldList } from './pins.ts'
import { credentials } from './samples.ts'

const first = { ts: '2.0', user: 'U1', text: 'b', thread: null, replies: 0, files: [], time: '1970-01-01T00:00:02.000Z' }
const second = { ts: '1.0', user: 'B1', text: 'a', thread: '1.0', replies: 2, files: [], time: '1970-01-01T00:00:01.000Z' }

export const readMessages = defineBlock({
  id: '16e8ccd0-0a02-4ee2-87e3-b5ef4f9c6dcd',
  name: 'read-messages',
  icon: 'messages-square',
  description: 'Read the messages of a Slack channel or thread, the newest first, one after the other and as a list.',
  category: 'MESSAGING',
  synonyms: ['channel history', 'get messages', 'fetch messages', 'thread replies'],
  capabilities: {
    http: ['GET slack.com/api/conversations.history', 'GET slack.com/api/conversations.replies'],
    credentials: [provider.name],
  },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({
    channel: channelIdPin,
    thread: timestampPin.optional().describe('The "ts" of a message, to read its thread instead, the oldest first.'),
    oldest: z.string().default('').meta({ description: 'Only messages after this "ts".', advanced: true }),
    limit: limitPin,
  }),
  output: z.object({ ...listPins }),
  tests: [
    {
      name: 'reads all pages',
      input: { channel: 'C1' },
      credentials,
      http: {
        'GET https://slack.com/api/conversations.history?limit=100&channel=C1': {
          json: { ok: true, messages: [{ ts: '2.0', user: 'U1', text: 'b' }], response_metadata: { next_cursor: 'x=' } },
        },
        'GET https://slack.com/api/conversations.history?limit=100&channel=C1&cursor=x%3D': {
          json: { ok: true, messages: [{ ts: '1.0', bot_id: 'B1', text: 'a', thread_ts: '1.0', reply_count: 2 }] },
        },
      },
      output: [
        ['row', first],
        ['row', second],
        ['rows', [first, second]],
        ['count', 2],
      ],
    },
    {
      name: 'reports a missing scope',
      input: { channel: 'C1' },
      credentials,
      http: {
        'GET https://slack.com/api/conversations.history': {
          json: { ok: false, error: 'missing_scope', needed: 'channels:history' },
        },
      },
      output: [['error', 'Slack answered: missing_scope; the app needs the scope channels:history']],
    },
  ],
  async *run({ channel, thread, oldest, limit }, context) {
    const method = thread === undefined ? 'conversations.history' : 'conversations.replies'
    const query = { channel, oldest, ts: thread ?? '' }
    yield* yieldList(await openSlack(context), method, { name: 'messages', query, limit, toRow: toMessage })
  },
})

const messageSchema = z.object({
  ts: z.string(),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  text: z.string().default(''),
  thread_ts: z.string().optional(),
  reply_count: z.int().default(0),
  files: z.array(z.object({ name: z.string().nullish(), permalink: z.string().optional() })).default([]),
})

function toMessage(item: unknown): Record<string, unknown> {
  const { ts, user, bot_id, text, thread_ts, reply_count, files } = messageSchema.parse(item)
  return {
    ts,
    user: user ?? bot_id ?? null,
    text,
    thread: thread_ts ?? null,
    replies: reply_count,
    files: files.map(({ name, permalink }) => ({ name: name ?? null, url: permalink ?? null })),
    time: new Date(Number(ts) * 1000).toISOString(),
  }
}
