import { Readable } from 'node:stream'
import type { SentRequest } from '@ashlar/sdk'
import { AshlarError } from '../../errors/index.ts'
import type { Transport, TransportRequest, TransportResponse } from './index.ts'
import type { FakeResponse, Fakes } from '../fakes.ts'

/** Answers requests from what is recorded; nothing goes anywhere. @param sent gets every request */
export function createFakeTransport(answers: Fakes['http'], sent: SentRequest[]): Transport {
  const given = new Map<string, number>()
  return {
    async request(request) {
      const url = `${request.origin}${request.path}`
      sent.push({ method: request.method, url, headers: headersOf(request), body: await textOf(request.body) })
      const key = [`${request.method} ${url}`, `${request.method} ${url.split('?')[0]}`].find((each) =>
        Object.hasOwn(answers, each),
      )
      if (key === undefined) throw unanswered(request.method, url, answers)
      const all = [answers[key] ?? []].flat()
      const turn = given.get(key) ?? 0
      given.set(key, turn + 1)
      return toResponse(all[Math.min(turn, all.length - 1)] ?? { status: 200, headers: {} })
    },
    isPublic: () => Promise.resolve(true),
    destroy: () => Promise.resolve(),
  }
}

function headersOf({ headers }: TransportRequest): Record<string, string> {
  const pairs = headers.flatMap((name, i) => (i % 2 === 0 ? [[name, headers[i + 1] ?? '']] : []))
  return Object.fromEntries(pairs) as Record<string, string>
}

async function textOf(body: TransportRequest['body']): Promise<string | null> {
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

function unanswered(method: string, url: string, answers: Fakes['http']): AshlarError {
  const keys = Object.keys(answers).map((key) => JSON.stringify(key))
  const there = keys.length > 0 ? `there are ${keys.join(', ')}` : 'none is'
  return new AshlarError('HTTP_FAILED', `http: no answer is recorded for "${method} ${url}"; ${there}`)
}
