import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openSlack, provider } from './api.ts'
import { RestError } from '@ashlar/sdk/rest'
import { channelIdPin, timestampPin } from './pins.ts'
import { credentials } from './samples.ts'

export const addReaction = defineBlock({
  id: '7c27d2d7-0cc7-4d20-b4d2-740cdddaac3b',
  name: 'add-reaction',
  icon: 'smile-plus',
  description: 'Add an emoji reaction to a Slack message.',
  category: 'MESSAGING',
  synonyms: ['emoji', 'react', 'like'],
  capabilities: { http: ['POST slack.com/api/reactions.add'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({
    channel: channelIdPin,
    ts: timestampPin,
    emoji: z
      .string()
      .regex(/^:?[\w+'-]+:?$/, 'must be the name of an emoji, like "thumbsup"')
      .meta({ description: 'The name of the emoji.', examples: ['thumbsup'] }),
  }),
  output: z.object({ result: z.boolean().describe('True if the reaction is new, false if the app has added it before.') }),
  tests: [
    {
      name: 'adds the reaction',
      input: { channel: 'C1', ts: '1.2', emoji: ':tada:' },
      credentials,
      http: { 'POST https://slack.com/api/reactions.add': { json: { ok: true } } },
      output: [['result', true]],
    },
    {
      name: 'accepts a reaction that exists',
      input: { channel: 'C1', ts: '1.2', emoji: 'tada' },
      credentials,
      http: { 'POST https://slack.com/api/reactions.add': { json: { ok: false, error: 'already_reacted' } } },
      output: [['result', false]],
    },
    {
      name: 'reports an unknown emoji',
      input: { channel: 'C1', ts: '1.2', emoji: 'none' },
      credentials,
      http: { 'POST https://slack.com/api/reactions.add': { json: { ok: false, error: 'invalid_name' } } },
      output: [['error', 'Slack answered: invalid_name']],
    },
  ],
  async *run({ channel, ts, emoji }, context) {
    const json = { channel, timestamp: ts, name: emoji.replaceAll(':', '') }
    yield ['result', await isAdded((await openSlack(context)).send('POST', '/reactions.add', { json, isRepeatable: true }))]
  },
})

async function isAdded(sent: Promise<unknown>): Promise<boolean> {
  try {
    await sent
    return true
  } catch (error) {
    if (error instanceof RestError && error.message.includes('already_reacted')) return false
    throw error
  }
}
