import { apiKey, defineProvider, type BlockContext } from '@ashlar/sdk'
import { defineRest, retryAfterMs, type RestAnswer, type RestApi, type RestPage } from '@ashlar/sdk/rest'
import { z } from 'zod'

export const provider = defineProvider({
  name: 'slack',
  title: 'Slack',
  description: 'Create an app at api.slack.com/apps, install it in your workspace, and copy its bot token (xoxb-…).',
  hosts: ['slack.com'],
  auth: [apiKey()],
})

/** Every answer has `ok`. An answer with the status 200 can be an error. */
const statusSchema = z.object({
  ok: z.boolean(),
  error: z.string().optional(),
  needed: z.string().optional(),
  response_metadata: z.object({ next_cursor: z.string().optional(), messages: z.array(z.string()).optional() }).optional(),
})

const rest = defineRest({ title: 'Slack', baseUrl: 'https://slack.com/api', findError, findLimit })

export async function openSlack(context: BlockContext): Promise<RestApi> {
  const { fetch } = await context.credentials(provider.name)
  return rest.open(fetch, context)
}

/** What a user can do about frequent errors. */
const HINTS: Record<string, string> = {
  not_in_channel: 'invite the app to the channel first',
  channel_not_found: 'name a channel of the workspace that the app can see',
  invalid_auth: 'the token of the credential is not valid',
  is_archived: 'the channel is archived',
}

function findError({ status, json }: RestAnswer): string | undefined {
  const { ok, error = 'no reason', needed, response_metadata } = statusSchema.safeParse(json).data ?? { ok: false }
  if (ok) return undefined
  const hint = needed === undefined ? HINTS[error] : `the app needs the scope ${needed}`
  const details = response_metadata?.messages ?? []
  const text = [error, ...(hint === undefined ? [] : [hint]), ...details].join('; ')
  return status === 200 ? `Slack answered: ${text}` : `Slack answered with status ${status}: ${text}`
}

function findLimit({ status, headers, json }: RestAnswer): number | undefined {
  const isLimited = status === 429 || statusSchema.safeParse(json).data?.error === 'ratelimited'
  return isLimited ? (retryAfterMs(headers) ?? 30_000) : undefined
}

/** @param path of the first page @param name of the list in an answer */
export function readPage(path: string, name: string): (answer: RestAnswer) => RestPage<unknown> {
  return ({ json }) => {
    const items = z.object({ [name]: z.array(z.unknown()) }).parse(json)[name] ?? []
    const cursor = statusSchema.parse(json).response_metadata?.next_cursor ?? ''
    return { items, next: cursor === '' ? undefined : `${path}&cursor=${encodeURIComponent(cursor)}` }
  }
}
