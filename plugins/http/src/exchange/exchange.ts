import { decodeText, parseJson, type BlockContext, type Fetch, type Yielded } from '@ashlar/sdk'
import { withRetries } from '@ashlar/sdk/rest'
import { z } from 'zod'
import { toContent } from './content.ts'
import { retryPins, toPolicy } from './retry.ts'
import { withQuery } from './with-query.ts'

const queryValue = z.union([z.string(), z.number(), z.bigint(), z.boolean()])

export const requestPins = z.object({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']).default('GET'),
  url: z
    .string()
    .max(16_000)
    .meta({ description: 'Starts with http:// or https://.', examples: ['https://api.example.com/items'] }),
  headers: z.record(z.string(), z.string()).default({}).describe('Names and values of headers.'),
  query: z
    .record(z.string(), z.union([queryValue, z.array(queryValue)]))
    .default({})
    .describe('Parameters to append to the URL. A list repeats a parameter.'),
  json: z.unknown().optional().describe('Body to send as JSON.'),
  body: z.string().optional().describe('Body to send unchanged, instead of json.'),
  response_as: z.enum(['auto', 'text', 'base64']).default('auto').meta({
    description: 'Format of the response body. "auto" returns text as text and other content as Base64.',
    advanced: true,
  }),
  encoding: z
    .string()
    .max(50)
    .optional()
    .meta({
      description:
        'Encoding of the response, a label such as "utf-8", "windows-1252" or "shift_jis". By default it is detected from a byte order mark, the charset of the content type or the declaration of an XML or HTML document. Otherwise it is UTF-8, or windows-1252 if the bytes are not UTF-8.',
      examples: ['windows-1252'],
      advanced: true,
    }),
  timeout_ms: z.int().min(1).max(300_000).optional().meta({
    description: 'Time limit of one attempt, including the body. The time limit of the node applies to all attempts together.',
    advanced: true,
  }),
  ...retryPins,
})

export const responsePins = z.object({
  status: z.int().describe('Status code, such as 200, also of a failure, such as 404.'),
  headers: z
    .record(z.string(), z.union([z.string(), z.array(z.string())]))
    .describe('Header names in lower case, with values as text. set-cookie is a list with one item for each header.'),
  body: z.string().describe('The response body as text. Binary content, such as an image, is sent to base64 instead.'),
  base64: z.string().describe('A response body that is not text, as Base64.'),
  json: z.unknown().describe('The parsed response body, if its content type is JSON.'),
})

type Request = z.output<typeof requestPins>

/** The maximum size of a value. For larger responses, use the block files/store. */
export const MAX_RESPONSE_BYTES = 8 * 1024 * 1024

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/** Sends the request that the pins describe, and yields its response. */
export async function* exchange(
  input: Request,
  { fetch, signal, log }: Pick<BlockContext, 'signal' | 'log'> & { fetch: Fetch },
): AsyncGenerator<Yielded<typeof responsePins>, void> {
  // an unknown encoding fails before the request is sent
  if (input.encoding !== undefined) decodeText(new Uint8Array(), { encoding: input.encoding })
  const init = { ...toInit(input), signal }
  const isRepeatable = IDEMPOTENT.has(input.method) || input.retry_unsafe || hasHeader(input.headers, 'idempotency-key')
  const policy = isRepeatable ? input : { ...input, attempts: 1 }
  const url = withQuery(input.url, input.query)
  const response = await withRetries(() => receive(fetch, url, init), toPolicy(policy), { signal, log })
  const type = response.headers.get('content-type') ?? ''
  const content = toContent(response.bytes, type, { form: input.response_as, encoding: input.encoding })
  yield ['status', response.status]
  yield ['headers', collectHeaders(response.headers)]
  if ('base64' in content) return yield ['base64', content.base64]
  const { text, encoding, isLossy } = content.text
  if (isLossy)
    log(`replaced bytes that are not valid ${encoding} with U+FFFD; set the pin "encoding" to use another encoding`, 'warn')
  yield ['body', text]
  if (text !== '' && isJson(type)) yield ['json', parseBody(text)]
}

/** @throws when the pins contradict each other */
function toInit({ method, url, headers, json, body, timeout_ms }: Request): NonNullable<Parameters<Fetch>[1]> {
  if (!/^https?:\/\//i.test(url))
    throw new Error(`url must start with http:// or https://, got ${JSON.stringify(url.slice(0, 100))}`)
  if (json !== undefined && body !== undefined) throw new Error('set either json or body, not both')
  const content = json === undefined ? body : JSON.stringify(json)
  if (content !== undefined && (method === 'GET' || method === 'HEAD')) throw new Error(`a ${method} request cannot have a body`)
  return {
    method,
    headers:
      json === undefined || hasHeader(headers, 'content-type') ? headers : { ...headers, 'content-type': 'application/json' },
    maxResponseBytes: MAX_RESPONSE_BYTES,
    ...(content !== undefined && { body: content }),
    ...(timeout_ms !== undefined && { timeoutMs: timeout_ms }),
  }
}

/** Sends a request and reads the whole response. */
export async function receive(
  fetch: Fetch,
  url: string,
  init: Parameters<Fetch>[1],
): Promise<{ status: number; headers: Headers; bytes: Uint8Array }> {
  const response = await fetch(url, init)
  const bytes = new Uint8Array(await response.arrayBuffer())
  return { status: response.status, headers: response.headers, bytes }
}

function collectHeaders(headers: Headers): Record<string, string | string[]> {
  const cookies = headers.getSetCookie()
  return { ...Object.fromEntries(headers), ...(cookies.length > 0 && { 'set-cookie': cookies }) }
}

/** @throws when the body is not JSON */
export function parseBody(text: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    const why = cause instanceof RangeError ? `: ${cause.message}` : ''
    throw new Error(`the response has a JSON content type, but its body is not valid JSON${why}`, { cause })
  }
}

function hasHeader(headers: Record<string, string>, name: string): boolean {
  return Object.keys(headers).some((each) => each.toLowerCase() === name)
}

/** Matches `application/json` and `application/problem+json`, with any parameters. */
function isJson(type: string): boolean {
  return /^[^;]*[/+]json\s*(;|$)/i.test(type)
}
