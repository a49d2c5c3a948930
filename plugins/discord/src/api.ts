import { apiKey, defineProvider, type BlockContext, type Fetch } from '@ashlar/sdk'
import { defineRest, retryAfterMs, type RestAnswer, type RestApi, type RestContext } from '@ashlar/sdk/rest'
import { z } from 'zod'

export const provider = defineProvider({
  name: 'discord',
  title: 'Discord',
  description: 'Create an application at discord.com/developers, add a bot, and copy its token.',
  hosts: ['discord.com'],
  auth: [apiKey({ header: 'authorization', format: 'Bot {key}' })],
})

const rest = defineRest({ title: 'Discord', baseUrl: 'https://discord.com/api/v10', findError, findLimit })

export async function openDiscord(context: BlockContext): Promise<RestApi> {
  const { fetch } = await context.credentials(provider.name)
  return rest.open(fetch, context)
}

/** For webhooks, which need no credential. */
export function openWithoutCredential(fetch: Fetch, context: RestContext): RestApi {
  return rest.open(fetch, context)
}

const errorSchema = z.object({ message: z.string(), code: z.int().optional(), retry_after: z.number().optional() })

function findError({ status, json }: RestAnswer): string | undefined {
  if (status >= 200 && status < 300) return undefined
  const { message = 'no message', code } = errorSchema.safeParse(json).data ?? {}
  return `Discord answered with status ${status}: ${message}${code ? ` (${code})` : ''}`
}

/** The body names the wait more exactly than the header. Source: the Discord documentation, "Rate Limits". */
function findLimit({ status, headers, json }: RestAnswer): number | undefined {
  if (status !== 429) return undefined
  const seconds = errorSchema.safeParse(json).data?.retry_after
  return seconds === undefined ? (retryAfterMs(headers) ?? 1000) : Math.ceil(seconds * 1000)
}
