import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openSlack, provider } from './api.ts'
import { limitPin, listPins, yieldList } from './pins.ts'
import { credentials } from './samples.ts'

const answer = { id: 'C1', name: 'general', is_private: false, num_members: 3, topic: { value: 'All' } }
const row = { id: 'C1', name: 'general', private: false, member: false, members: 3, topic: 'All' }

export const listChannels = defineBlock({
  id: '564c0c87-c113-47b5-8fd8-02afeecebe59',
  name: 'list-channels',
  icon: 'hash',
  description: 'Return the channels of a Slack workspace, one after the other and as a list.',
  category: 'MESSAGING',
  synonyms: ['conversations', 'rooms', 'find channel'],
  capabilities: { http: ['GET slack.com/api/conversations.list'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({
    private: z.boolean().default(false).describe('Also return private channels that the app is in.'),
    archived: z.boolean().default(false).meta({ description: 'Also return archived channels.', advanced: true }),
    limit: limitPin,
  }),
  output: z.object({ ...listPins }),
  tests: [
    {
      name: 'returns the channels',
      input: {},
      credentials,
      http: {
        'GET https://slack.com/api/conversations.list?limit=100&types=public_channel&exclude_archived=true': {
          json: {
            ok: true,
            channels: [answer, { ...answer, id: 'C2' }],
          },
        },
      },
      output: [
        ['row', row],
        ['row', { ...row, id: 'C2' }],
        ['rows', [row, { ...row, id: 'C2' }]],
        ['count', 2],
      ],
    },
    {
      name: 'reports an invalid token',
      input: {},
      credentials,
      http: { 'GET https://slack.com/api/conversations.list': { json: { ok: false, error: 'invalid_auth' } } },
      output: [['error', 'Slack answered: invalid_auth; the token of the credential is not valid']],
    },
  ],
  async *run({ private: withPrivate, archived, limit }, context) {
    const query = { types: withPrivate ? 'public_channel,private_channel' : 'public_channel', exclude_archived: !archived }
    yield* yieldList(await openSlack(context), 'conversations.list', { name: 'channels', query, limit, toRow: toChannel })
  },
})

const channelSchema = z.object({
  id: z.string(),
  name: z.string(),
  is_private: z.boolean().default(false),
  is_member: z.boolean().default(false),
  num_members: z.int().default(0),
  topic: z.object({ value: z.string() }).optional(),
})

function toChannel(item: unknown): Record<string, unknown> {
  const { id, name, is_private, is_member, num_members, topic } = channelSchema.parse(item)
  return { id, name, private: is_private, member: is_member, members: num_members, topic: topic?.value ?? '' }
}
