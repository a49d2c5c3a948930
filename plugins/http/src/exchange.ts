import type { BlockContext, Yielded } from '@ashlar/sdk'
import { z } from 'zod'
import { withQuery } from './with-query.ts'

const queryValue = z.union([z.string(), z.number(), z.boolean()])

export const requestPins = z.object({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']).default('GET'),
  url: z
    .string()
    .max(16_000)
    .meta({ description: 'Starts with http:// or https://.', examples: ['https://api.example.com/items'] }),
  headers: z.record(z.string(), z.string()).default({}).describe('Names and values.'),
  query: z
    .record(z.string(), z.union([queryValue, z.array(queryValue)]))
    .default({})
    .describe('Parameters to append to the url; a list gives one several times.'),
  json: z.unknown().optional().describe('What to send as JSON.'),
  body: z.string().optional().describe('What to send as it is, where json is left out.'),
})

export const responsePins = z.object({
  status: z.int().describe('Like 200; also that of a failure, like 404.'),
  headers: z.record(z.string(), z.string()).describe('Names in lower case, and values.'),
  body: z.string().describe('The answer as text.'),
  json: z.unknown().describe('The answer as a value, where it says that it is JSON.'),
})

type Request = z.output<typeof requestPins>

/** Sends what the pins say, and yields what is answered. */
export async function* exchange(
  { method, url, headers, query, json, body }: Request,
  { fetch, signal }: Pick<BlockContext, 'fetch' | 'signal'>,
): AsyncGenerator<Yielded<typeof responsePins>, void> {
  if (!/^https?:\/\//i.test(url))
    throw new Error(`url must begin with http:// or https://, got ${JSON.stringify(url.slice(0, 100))}`)
  if (json !== undefined && body !== undefined) throw new Error('give json or body, not both')
  const content = json === undefined ? body : JSON.stringify(json)
  if (content !== undefined && (method === 'GET' || method === 'HEAD')) throw new Error(`a ${method} request has no body`)
  const response = await fetch(withQuery(url, query), {
    method,
    headers: json === undefined || hasType(headers) ? headers : { ...headers, 'content-type': 'application/json' },
    ...(content !== undefined && { body: content }),
    signal,
  })
  const text = await response.text()
  yield ['status', response.status]
  yield ['headers', Object.fromEntries(response.headers)]
  yield ['body', text]
  if (text !== '' && isJson(response.headers.get('content-type'))) yield ['json', parseJson(text)]
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error('the answer says that it is JSON, and is not', { cause })
  }
}

function hasType(headers: Record<string, string>): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
}

/** `application/json` and `application/problem+json`, whatever parameters follow. */
function isJson(type: string | null): boolean {
  return /^[^;]*[/+]json\s*(;|$)/i.test(type ?? '')
}
