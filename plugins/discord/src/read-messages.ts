import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import type { RestApi } from '@ashlar/sdk/rest'
import { openDiscord, provider } from './api.ts'
import { channelPins, findChannel } from './channels.ts'
import { credentials } from './samples.ts'

const toMessage = (n: number) => ({ id: String(n), content: `text ${n}`, author: { id: '1', username: 'ada' } })
const toRow = (n: number) => ({
  message_content: `text ${n}`,
  message_id: String(n),
  channel_id: '1012345678901234567',
  channel_name: '1012345678901234567',
  user_id: '1',
  username: 'ada',
})

export const readMessages = defineBlock({
  id: 'df06086a-d5ac-4abb-9996-2ad0acb2eff7',
  name: 'read-messages',
  icon: 'messages-square',
  description: 'Read the newest messages of a Discord channel, the oldest of them first.',
  category: 'MESSAGING',
  synonyms: ['channel history', 'get messages', 'discord messages'],
  capabilities: {
    http: ['GET discord.com/api/v10/users/*/guilds', 'GET discord.com/api/v10/guilds/*', 'GET discord.com/api/v10/channels/*'],
    credentials: [provider.name],
  },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({
    ...channelPins,
    limit: z.int().min(1).max(10_000).default(50).meta({ title: 'Limit', description: 'The maximum number of messages.' }),
    after: z
      .string()
      .regex(/^\d*$/, 'must be the id of a message')
      .default('')
      .meta({ title: 'After', description: 'Only messages after the message with this id.' }),
  }),
  output: z.object({
    message_content: z.string().meta({ title: 'Message', description: 'The text of each message.', many: true }),
    message_id: z.string().meta({ description: 'The id of each message.', many: true }),
    channel_id: z.string().meta({ description: 'The id of the channel.', many: true }),
    channel_name: z.string().meta({ description: 'The name or id of the channel.', many: true }),
    user_id: z.string().meta({ description: 'The id of the author of each message.', many: true }),
    username: z.string().meta({ description: 'The name of the author of each message.', many: true }),
    rows: z.array(z.record(z.string(), z.unknown())).meta({ title: 'Rows', description: 'All messages as a list.' }),
    count: z.int().meta({ title: 'Count', description: 'The number of messages.' }),
  }),
  tests: [
    {
      name: 'reads page by page',
      input: { channel_name: '1012345678901234567', limit: 101 },
      credentials,
      http: {
        'GET https://discord.com/api/v10/channels/1012345678901234567/messages?limit=100': {
          json: Array.from({ length: 100 }, (_, i) => toMessage(200 - i)),
        },
        'GET https://discord.com/api/v10/channels/1012345678901234567/messages?limit=1&before=101': { json: [toMessage(100)] },
      },
      output: [
        ...Array.from({ length: 101 }, (_, i) => toRow(100 + i)),
        ['rows', Array.from({ length: 101 }, (_, i) => toRow(100 + i))],
        ['count', 101],
      ],
    },
    {
      name: 'stops at the message before',
      input: { channel_name: '1012345678901234567', after: '2' },
      credentials,
      http: {
        'GET https://discord.com/api/v10/channels/1012345678901234567/messages?limit=50': {
          json: [toMessage(3), toMessage(2), toMessage(1)],
        },
      },
      output: [toRow(3), ['rows', [toRow(3)]], ['count', 1]],
    },
    {
      name: 'reports a channel that the bot may not read',
      input: { channel_name: '1012345678901234567' },
      credentials,
      http: {
        'GET https://discord.com/api/v10/channels/1012345678901234567/messages': {
          status: 403,
          json: { message: 'Missing Access', code: 50001 },
        },
      },
      output: [['error', 'Discord answered with status 403: Missing Access (50001)']],
    },
  ],
  async *run({ limit, after, ...place }, context) {
    const api = await openDiscord(context)
    const channel = await findChannel(api, place)
    const messages = await readNewest(api, channel.id, limit, after)
    const rows = messages.toReversed().map((message) => ({
      message_content: message.content,
      message_id: message.id,
      channel_id: channel.id,
      channel_name: channel.name,
      user_id: message.author.id,
      username: message.author.username,
    }))
    yield* rows
    yield ['rows', rows]
    yield ['count', rows.length]
  },
})

const pageSchema = z.array(
  z.object({ id: z.string(), content: z.string(), author: z.object({ id: z.string(), username: z.string() }) }),
)

/** Discord returns pages of at most 100 messages, the newest first. */
async function readNewest(api: RestApi, channelId: string, limit: number, after: string): Promise<z.output<typeof pageSchema>> {
  const messages: z.output<typeof pageSchema> = []
  for (;;) {
    const size = Math.min(100, limit - messages.length)
    const query = { limit: size, before: messages.at(-1)?.id }
    const page = pageSchema.parse(await api.json('GET', `/channels/${channelId}/messages`, { query }))
    const newer = page.filter(({ id }) => after === '' || BigInt(id) > BigInt(after))
    messages.push(...newer)
    if (newer.length < size || messages.length >= limit) return messages
  }
}
