import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openDiscord, provider } from './api.ts'
import { channelPins, findChannel } from './channels.ts'
import { credentials } from './samples.ts'
import { splitText } from './split.ts'

export const sendMessage = defineBlock({
  id: 'd0822ab5-9f8a-44a3-8971-531dd0178b6b',
  name: 'send-message',
  icon: 'send',
  description: 'Send a message to a Discord channel.',
  category: 'MESSAGING',
  synonyms: ['chat', 'notify', 'discord message', 'post message'],
  capabilities: {
    http: ['GET discord.com/api/v10/users/*/guilds', 'GET discord.com/api/v10/guilds/*', 'POST discord.com/api/v10/channels/*'],
    credentials: [provider.name],
  },
  timeoutMs: 300_000,
  input: z.object({
    message_content: z
      .string()
      .min(1)
      .meta({ title: 'Message', description: 'The text. A text of more than 2000 characters becomes several messages.' }),
    ...channelPins,
    mention_everyone: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether @everyone and @here in the text notify all members.', advanced: true }),
  }),
  output: z.object({
    status: z.string().describe('"Message sent".'),
    message_id: z.string().describe('The id of the last message.'),
    channel_id: z.string().describe('The id of the channel.'),
  }),
  tests: [
    {
      name: 'finds the channel by its name',
      input: { message_content: 'Hi', channel_name: '#general' },
      credentials,
      http: {
        'GET https://discord.com/api/v10/users/@me/guilds': { json: [{ id: '9', name: 'Home' }] },
        'GET https://discord.com/api/v10/guilds/9/channels': {
          json: [
            { id: '8', name: 'General', type: 2 },
            { id: '7', name: 'general', type: 0 },
          ],
        },
        'POST https://discord.com/api/v10/channels/7/messages': { json: { id: '5' } },
      },
      output: [
        ['status', 'Message sent'],
        ['message_id', '5'],
        ['channel_id', '7'],
      ],
    },
    {
      name: 'waits when Discord limits the rate',
      input: { message_content: 'Hi', channel_name: '1012345678901234567' },
      credentials,
      http: {
        'POST https://discord.com/api/v10/channels/1012345678901234567/messages': [
          { status: 429, json: { message: 'You are being rate limited.', retry_after: 0.001 } },
          { json: { id: '6' } },
        ],
      },
      output: [
        ['status', 'Message sent'],
        ['message_id', '6'],
        ['channel_id', '1012345678901234567'],
      ],
    },
    {
      name: 'reports a channel that the bot does not see',
      input: { message_content: 'Hi', channel_name: 'none' },
      credentials,
      http: { 'GET https://discord.com/api/v10/users/@me/guilds': { json: [] } },
      output: [['error', 'the bot is in no server named ""; it is in none']],
    },
    {
      name: 'needs a channel',
      input: { message_content: 'Hi' },
      credentials,
      output: [['error', 'set the input "channel_name" to the id or the name of a channel']],
    },
  ],
  async *run({ message_content, mention_everyone, ...place }, context) {
    const api = await openDiscord(context)
    const { id } = await findChannel(api, place)
    const allowed = { parse: mention_everyone ? ['users', 'roles', 'everyone'] : ['users', 'roles'] }
    let last = ''
    for (const content of splitText(message_content)) {
      const json = { content, allowed_mentions: allowed }
      last = z.object({ id: z.string() }).parse(await api.json('POST', `/channels/${id}/messages`, { json })).id
    }
    yield ['status', 'Message sent']
    yield ['message_id', last]
    yield ['channel_id', id]
  },
})
