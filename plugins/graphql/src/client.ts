import { fromInput, type BlockContext } from '@ashlar/sdk'
import { defineRest } from '@ashlar/sdk/rest'
import { z } from 'zod'

export const requestPins = {
  url: z
    .url({ protocol: /^https?$/ })
    .meta({ title: 'URL', description: 'The address of the GraphQL API.', examples: ['https://api.example.com/graphql'] }),
  query: z
    .string()
    .min(1)
    .meta({ title: 'Query', description: 'The query or mutation.', examples: ['query ($id: ID!) { user(id: $id) { name } }'] }),
  variables: z
    .record(z.string(), z.unknown())
    .default({})
    .meta({ title: 'Variables', description: 'The values of the variables, by name without $.' }),
  use_credential: z.boolean().default(false).meta({
    title: 'Use credential',
    description: 'Send the headers of your credential for this host. The block does not see them.',
  }),
  headers: z
    .record(z.string(), z.string())
    .default({})
    .meta({ title: 'Headers', description: 'Further headers.', advanced: true }),
  operation_name: z
    .string()
    .default('')
    .meta({ description: 'The operation to run, if the query contains several.', advanced: true }),
}

export const capabilities = { http: [fromInput('url')], credentials: ['http/host'] }

type Input = z.output<z.ZodObject<typeof requestPins>>

export interface GraphqlError {
  message: string
  path: (string | number)[]
  extensions?: Record<string, unknown> | undefined
}

const answerSchema = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        path: z.array(z.union([z.string(), z.number()])).default([]),
        extensions: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .default([]),
})

/** Sends one operation. Queries are repeated after a failure that may end, mutations are not. */
export async function sendOperation(
  { url, query, variables, use_credential, headers, operation_name }: Input,
  context: BlockContext,
): Promise<{ data: unknown; errors: GraphqlError[] }> {
  const fetch = use_credential ? (await context.credentials('http/host')).fetch : context.fetch
  const api = defineRest({ title: new URL(url).host, baseUrl: '', findError }).open(fetch, context)
  const json = { query, variables, ...(operation_name !== '' && { operationName: operation_name }) }
  const accept = { accept: 'application/graphql-response+json, application/json' }
  const answer = await api.send('POST', url, { json, headers: { ...accept, ...headers }, isRepeatable: isQuery(query) })
  const parsed = answerSchema.safeParse(answer.json)
  if (!parsed.success || (parsed.data.data === undefined && parsed.data.errors.length === 0))
    throw new Error(`${new URL(url).host} did not answer with a GraphQL response: its body must be JSON with "data" or "errors"`)
  return { data: parsed.data.data ?? null, errors: parsed.data.errors }
}

/** A response with errors of GraphQL may have any status. Source: GraphQL over HTTP, section 6.4. */
function findError({ status, json, text }: { status: number; json: unknown; text: string }): string | undefined {
  if (status >= 200 && status < 300) return undefined
  const { errors = [] } = answerSchema.safeParse(json).data ?? {}
  if (errors.length > 0 && status !== 429 && status < 500) return undefined
  return `the API answered with status ${status}: ${errors.map(({ message }) => message).join('; ') || text.slice(0, 200) || 'no text'}`
}

/** Whether the text contains no mutation. */
export function isQuery(text: string): boolean {
  return !/(^|[\s}])(mutation|subscription)\b/.test(outsideBraces(text))
}

/** Returns the text without comments, texts and selections, which may have fields of these names. */
function outsideBraces(text: string): string {
  let depth = 0
  const parts = text
    .replace(/"{3}[\s\S]*?"{3}|"(\\.|[^"\\\n])*"|#[^\n]*/g, ' ')
    .split(/([{}])/)
    .map((part) => {
      if (part === '{') depth++
      if (part === '}') depth = Math.max(0, depth - 1)
      return depth === 0 ? part : ' '
    })
  return parts.join('')
}

export function describeErrors(errors: readonly GraphqlError[]): string {
  return errors.map(({ message, path }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message)).join('; ')
}
