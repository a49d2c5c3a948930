import { apiKey, defineProvider, type BlockContext } from '@ashlar/sdk'
import { defineRest, RestError, retryAfterMs, type RestAnswer, type RestApi } from '@ashlar/sdk/rest'
import { z } from 'zod'

export const provider = defineProvider({
  name: 'notion',
  title: 'Notion',
  description: 'Create an integration at notion.so/my-integrations, copy its secret, and connect it to your pages.',
  hosts: ['api.notion.com'],
  auth: [apiKey()],
})

const rest = defineRest({
  title: 'Notion',
  baseUrl: 'https://api.notion.com/v1',
  headers: { 'notion-version': '2025-09-03' },
  findError,
  findLimit,
})

export async function openNotion(context: BlockContext): Promise<RestApi> {
  const { fetch } = await context.credentials(provider.name)
  return rest.open(fetch, context)
}

function findError({ status, json }: RestAnswer): string | undefined {
  if (status >= 200 && status < 300) return undefined
  const { message = 'no message' } = z.object({ message: z.string() }).safeParse(json).data ?? {}
  const hint = status === 404 ? '; connect the integration to the page in its menu, under Connections' : ''
  return `Notion answered with status ${status}: ${message}${hint}`
}

/** 529 means that Notion is overloaded. */
function findLimit({ status, headers }: RestAnswer): number | undefined {
  return status === 429 || status === 529 ? (retryAfterMs(headers) ?? 0) : undefined
}

/** An id, or the address of a page or database, which ends with its id. */
export function idPin(title: string, description: string) {
  return z
    .string()
    .transform((text) => findId(text))
    .refine((id) => id !== undefined, 'must be an id of Notion, or the address of a page or database')
    .transform(String)
    .meta({ title, description, examples: ['https://www.notion.so/Tasks-1f2e3d4c5b6a79880123456789abcdef'] })
}

function findId(text: string): string | undefined {
  const path = text.split(/[?#]/, 1)[0] ?? ''
  const hex = /([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i.exec(path)
  return hex ? hex.slice(1).join('-').toLowerCase() : undefined
}

const pageSchema = z.object({
  results: z.array(z.unknown()),
  has_more: z.boolean().default(false),
  next_cursor: z.string().nullish(),
})

/** Reads a list whose pages are requested by POST, such as the results of a query. */
export async function* postPages(
  api: RestApi,
  path: string,
  json: Record<string, unknown>,
  limit: number,
): AsyncGenerator<unknown, void> {
  let left = limit
  for (let cursor: string | undefined; left > 0;) {
    const body = { ...json, page_size: Math.min(100, left), start_cursor: cursor }
    const page = pageSchema.parse(await api.json('POST', path, { json: body, isRepeatable: true }))
    yield* page.results.slice(0, left)
    left -= page.results.length
    if (!page.has_more || !page.next_cursor || page.next_cursor === cursor) return
    cursor = page.next_cursor
  }
}

/** Reads the children of a block or page. */
export async function* readChildren(api: RestApi, id: string): AsyncGenerator<unknown, void> {
  for (let cursor: string | undefined; ;) {
    const query = { page_size: 100, start_cursor: cursor }
    const page = pageSchema.parse(await api.json('GET', `/blocks/${id}/children`, { query }))
    yield* page.results
    if (!page.has_more || !page.next_cursor || page.next_cursor === cursor) return
    cursor = page.next_cursor
  }
}

/** A database contains data sources, and its rows belong to one of them. @param id of a database or a data source */
export async function findDataSource(api: RestApi, id: string): Promise<string> {
  try {
    const { data_sources } = z
      .object({ data_sources: z.array(z.object({ id: z.string(), name: z.string().default('') })) })
      .parse(await api.json('GET', `/databases/${id}`))
    const [first, ...others] = data_sources
    if (!first) throw new Error('the database has no data source')
    if (others.length === 0) return first.id
    const all = data_sources.map((source) => `${source.name}: ${source.id}`).join(', ')
    throw new Error(`the database has several data sources: use the id of one of them (${all})`)
  } catch (error) {
    if (error instanceof RestError && error.answer.status === 404) return id
    throw error
  }
}
