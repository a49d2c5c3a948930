import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openSlack, provider, readPage } from './api.ts'
import { limitPin, listPins } from './pins.ts'
import { credentials } from './samples.ts'

const ada = { id: 'U1', name: 'ada', full_name: 'Ada L', email: 'ada@example.com', time_zone: null, bot: false, deleted: false }

export const listUsers = defineBlock({
  id: 'e70c90a7-64b5-4828-97ee-ec41f2bd22be',
  name: 'list-users',
  icon: 'users',
  description: 'Return the members of a Slack workspace, one after the other and as a list.',
  category: 'MESSAGING',
  synonyms: ['people', 'members', 'find user'],
  capabilities: { http: ['GET slack.com/api/users.list'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({ bots: z.boolean().default(false).describe('Also return bots and deactivated members.'), limit: limitPin }),
  output: z.object({ ...listPins }),
  tests: [
    {
      name: 'leaves out bots',
      input: {},
      credentials,
      http: {
        'GET https://slack.com/api/users.list': {
          json: {
            ok: true,
            members: [
              { id: 'U1', name: 'ada', profile: { real_name: 'Ada L', email: 'ada@example.com' } },
              { id: 'B1', name: 'bot', is_bot: true, profile: {} },
              { id: 'U2', name: 'ada', profile: { real_name: 'Ada L', email: 'ada@example.com' } },
            ],
          },
        },
      },
      output: [
        ['row', ada],
        ['row', { ...ada, id: 'U2' }],
        ['rows', [ada, { ...ada, id: 'U2' }]],
        ['count', 2],
      ],
    },
    {
      name: 'reports an error',
      input: {},
      credentials,
      http: { 'GET https://slack.com/api/users.list': { json: { ok: false, error: 'missing_scope', needed: 'users:read' } } },
      output: [['error', 'Slack answered: missing_scope; the app needs the scope users:read']],
    },
    {
      name: 'reads no more pages than it needs',
      input: { limit: 1 },
      credentials,
      http: {
        'GET https://slack.com/api/users.list': [
          {
            json: {
              ok: true,
              members: [{ id: 'U1', name: 'ada', profile: { real_name: 'Ada L', email: 'ada@example.com' } }],
              response_metadata: { next_cursor: 'a' },
            },
          },
          { json: { ok: false, error: 'not reached' } },
        ],
      },
      output: [
        ['row', ada],
        ['rows', [ada]],
        ['count', 1],
      ],
    },
  ],
  async *run({ bots, limit }, context) {
    const rows: Record<string, unknown>[] = []
    const api = await openSlack(context)
    const path = '/users.list?limit=200'
    for await (const page of api.pages(path, readPage(path, 'members'))) {
      for (const user of page.map((item) => userSchema.parse(item))) {
        if (rows.length >= limit || (!bots && (user.is_bot || user.deleted || user.id === 'USLACKBOT'))) continue
        const row = toRow(user)
        rows.push(row)
        yield ['row', row]
      }
      if (rows.length >= limit) break
    }
    yield ['rows', rows]
    yield ['count', rows.length]
  },
})

const userSchema = z.object({
  id: z.string(),
  name: z.string(),
  deleted: z.boolean().default(false),
  is_bot: z.boolean().default(false),
  tz: z.string().nullish(),
  profile: z.object({ real_name: z.string().optional(), email: z.string().optional() }),
})

function toRow({ id, name, deleted, is_bot, tz, profile }: z.output<typeof userSchema>): Record<string, unknown> {
  const { real_name = name, email = null } = profile
  return { id, name, full_name: real_name, email, time_zone: tz ?? null, bot: is_bot, deleted }
}
