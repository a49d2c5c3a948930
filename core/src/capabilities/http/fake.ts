import { Readable } from 'node:stream'
import type { SentRequest } from '@ashlar/sdk'
import { z } from 'zod'
import { AshlarError } from '../../base/index.ts'
import type { Transport, TransportRequest, TransportResponse } from './transport/index.ts'

const responseSchema = z
  .strictObject({
    status: z.int().min(200).max(599).default(200),
    headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])).default({}),
    json: z.unknown().optional(),
    text: z.string().optional(),
    base64: z.base64().optional(),
  })
  .refine(({ json, text, base64 }) => [json, text, base64].filter((body) => body !== undefined).length <= 1, {
    error: 'a response must have at most one of json, text and base64',
  })

type FakeResponse = z.output<typeof responseSchema>

const KEY = /^[A-Z]+ https?:\/\/.+$/

/** `http` in the `Fakes` of the SDK: responses by method and URL. */
export const httpFakeSchema = z
  .record(z.string(), z.union([responseSchema, z.array(responseSchema).min(1)]))
  .refine((responses) => Object.keys(responses).every((key) => KEY.test(key)), {
    error: 'each key must be like "GET https://api.example.com/items"',
  })
  .default({})

type FakeResponses = z.output<typeof httpFakeSchema>

/** Returns the responses of a test and sends nothing. @param sent receives every request */
export function createFakeTransport(responses: FakeResponses, sent: SentRequest[]): Transport {
  const used = new Map<string, number>()
  return {
    async request(request) {
      const url = `${request.origin}${request.path}`
      sent.push({ method: request.method, url, headers: toHeaderRecord(request), body: await readText(request.body) })
      const key = findKey(request.method, url, responses)
      if (key === undefined) throw noResponse(request.method, url, responses)
      const all = [responses[key] ?? []].flat()
      const n = used.get(key) ?? 0
      used.set(key, n + 1)
      return toResponse(all[Math.min(n, all.length - 1)] ?? { status: 200, headers: {} })
    },
    isPublic: () => Promise.resolve(true),
    destroy: () => Promise.resolve(),
  }
}

/** A key without some parameters of the query also matches: the secret of a credential may be one of them. */
function findKey(method: string, url: string, responses: FakeResponses): string | undefined {
  const [path = ''] = url.split('?')
  const known = [`${method} ${url}`, `${method} ${path}`].find((each) => Object.hasOwn(responses, each))
  const query = new URL(url).searchParams
  const fits = (key: string): boolean =>
    key.startsWith(`${method} ${path}?`) &&
    [...new URL(key.slice(method.length + 1)).searchParams].every(([name, value]) => query.has(name, value))
  return known ?? Object.keys(responses).find(fits)
}

function toHeaderRecord({ headers }: TransportRequest): Record<string, string> {
  const pairs = headers.flatMap((name, i) => (i % 2 === 0 ? [[name, headers[i + 1] ?? '']] : []))
  return Object.fromEntries(pairs) as Record<string, string>
}

async function readText(body: TransportRequest['body']): Promise<string | null> {
  if (body === null) return null
  const chunks: Buffer[] = []
  for await (const chunk of Buffer.isBuffer(body) ? [body] : (body as AsyncIterable<Buffer>)) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

function toResponse({ status, headers, json, text, base64 }: FakeResponse): TransportResponse {
  const type = json !== undefined ? 'application/json' : text !== undefined ? 'text/plain;charset=UTF-8' : undefined
  const content =
    json !== undefined ? Buffer.from(JSON.stringify(json)) : Buffer.from(text ?? base64 ?? '', base64 ? 'base64' : 'utf8')
  const lowered = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  const body = Object.assign(Readable.from(content.length > 0 ? [content] : []), { dump: () => Promise.resolve() })
  return { statusCode: status, statusText: '', headers: { ...(type && { 'content-type': type }), ...lowered }, body }
}

function noResponse(method: string, url: string, responses: FakeResponses): AshlarError {
  const keys = Object.keys(responses).map((key) => JSON.stringify(key))
  const defined = keys.length > 0 ? `the fakes define ${keys.join(', ')}` : 'the fakes define no responses'
  return new AshlarError('HTTP_FAILED', `http: the fakes have no response for "${method} ${url}"; ${defined}`)
}
