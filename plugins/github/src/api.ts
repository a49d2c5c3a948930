import { apiKey, defineProvider, oauth2, type BlockContext } from '@ashlar/sdk'
import { defineRest, findNextLink, retryAfterMs, type RestAnswer, type RestApi, type RestPage } from '@ashlar/sdk/rest'
import { z } from 'zod'

export const provider = defineProvider({
  name: 'github',
  title: 'GitHub',
  description: 'Create a personal access token at github.com, under Settings, Developer settings.',
  hosts: ['api.github.com'],
  auth: [
    apiKey(),
    oauth2({
      authorizationUrl: 'https://github.com/login/oauth/authorize',
      tokenUrl: 'https://github.com/login/oauth/access_token',
      scopes: {
        repo: 'Read and write repositories, issues and pull requests',
        public_repo: 'Read and write public repositories only',
        workflow: 'Start and change workflows',
        'read:org': 'Read organizations',
      },
      defaultScopes: ['repo'],
      clientAuthentication: 'post',
    }),
  ],
})

const rest = defineRest({
  title: 'GitHub',
  baseUrl: 'https://api.github.com',
  headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
  findError,
  findLimit,
})

export async function openGithub(context: BlockContext): Promise<RestApi> {
  const { fetch } = await context.credentials(provider.name)
  return rest.open(fetch, context)
}

const errorSchema = z.object({
  message: z.string(),
  errors: z
    .array(
      z.union([
        z.string(),
        z.object({ message: z.string().optional(), field: z.string().optional(), code: z.string().optional() }),
      ]),
    )
    .optional(),
})

function findError(answer: RestAnswer): string | undefined {
  const { status } = answer
  if (status >= 200 && status < 300) return undefined
  const { message = 'no message', errors = [] } = errorSchema.safeParse(answer.json).data ?? {}
  const parts = errors.map((each) => (typeof each === 'string' ? each : (each.message ?? `${each.field} ${each.code}`)))
  const hint = status === 404 ? '; GitHub also answers so if the credential may not read the repository' : ''
  return `GitHub answered with status ${status}: ${[message, ...parts].join('; ')}${hint}`
}

/**
 * The primary limit names the time of its end; a secondary limit names a wait, or none, which means a minute. Source:
 * the GitHub documentation, "Rate limits for the REST API".
 */
function findLimit({ status, headers, text }: RestAnswer): number | undefined {
  if (status !== 403 && status !== 429) return undefined
  const asked = retryAfterMs(headers)
  if (asked !== undefined) return asked
  if (headers.get('x-ratelimit-remaining') === '0')
    return Math.max(1000, Number(headers.get('x-ratelimit-reset') ?? 0) * 1000 - Date.now())
  return status === 429 || text.includes('secondary rate limit') ? 60_000 : undefined
}

/** A page of a list, or of the results of a search. */
export function readPage(answer: RestAnswer): RestPage<unknown> {
  const items = Array.isArray(answer.json) ? answer.json : z.object({ items: z.array(z.unknown()) }).parse(answer.json).items
  return { items, next: findNextLink(answer.headers.get('link') ?? '') }
}
