import type { BlockContext, Fetch } from '@ashlar/sdk'
import { expect, it } from 'vitest'
import { openModel } from './index.ts'
import { askedWaitMs } from './retrying-fetch.ts'

const ANSWER = { id: '1', choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }] }

/** A context whose provider answers with these responses, in order. */
function contextOf(...responses: (Response | Error)[]): { context: BlockContext; sent: string[]; log: string[] } {
  const sent: string[] = []
  const log: string[] = []
  const fetch: Fetch = async (url) => {
    sent.push(String(url))
    const next = responses.shift()
    if (next instanceof Error) throw next
    if (!next) throw new Error('there are no more responses')
    return next
  }
  const credential = { provider: 'ai/openai-compatible', baseUrl: 'http://127.0.0.1:1/v1', fetch }
  const credentials = () => Promise.resolve(credential)
  const context = { credentials, signal: new AbortController().signal, log: (text: string) => void log.push(text) }
  return { context: context as unknown as BlockContext, sent, log }
}

const json = (status: number, headers = {}): Response => Response.json(status === 200 ? ANSWER : {}, { status, headers })
const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hello' }] }]

it('opens a language model whose requests go to the base URL of the credential', async () => {
  const { context, sent } = contextOf(json(200))
  const model = await openModel({ provider: 'auto', model: 'llama3.2' }, context)
  expect((await model.doGenerate({ prompt })).content).toEqual([{ type: 'text', text: 'Hi' }])
  expect(sent).toEqual(['http://127.0.0.1:1/v1/chat/completions'])
})

it('repeats a request that failed without an answer, and not one that was refused', async () => {
  const lost = new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'HTTP_FAILED' }) })
  const { context, sent, log } = contextOf(lost, json(429, { 'retry-after-ms': '1' }), json(200))
  await (await openModel({ provider: 'auto', model: 'm' }, context, 3)).doGenerate({ prompt })
  expect([sent.length, log.length]).toEqual([3, 2])
  const denied = new TypeError('denied', { cause: Object.assign(new Error('denied'), { code: 'HTTP_DENIED' }) })
  const other = contextOf(denied, json(200))
  await expect((await openModel({ provider: 'auto', model: 'm' }, other.context)).doGenerate({ prompt })).rejects.toThrow(
    'denied',
  )
  expect(other.sent).toHaveLength(1)
})

it.each([
  [{ 'retry-after': '2' }, 2000],
  [{ 'retry-after-ms': '30', 'retry-after': '2' }, 30],
  [{ 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT', date: 'Wed, 21 Oct 2026 07:28:00 GMT' }, 30_000],
  [{ 'retry-after': 'soon' }, undefined],
  [{}, undefined],
])('%j asks for a wait of %s ms', (headers, ms) => {
  expect(askedWaitMs(new Headers(headers as Record<string, string>))).toBe(ms)
})

it('names the maximum of an answer as the server of the provider requires', async () => {
  const bodies: unknown[] = []
  const open = (baseUrl: string) => {
    const fetch: Fetch = async (_url, init) => {
      bodies.push(JSON.parse(String(init?.body)))
      return json(200)
    }
    const credentials = () => Promise.resolve({ baseUrl, fetch })
    const context = { credentials, signal: new AbortController().signal, log: () => {} }
    return openModel({ provider: 'auto', model: 'gpt-5-mini' }, context as unknown as BlockContext)
  }
  await (await open('https://api.openai.com/v1')).doGenerate({ prompt, maxOutputTokens: 5 })
  await (await open('http://127.0.0.1:1/v1')).doGenerate({ prompt, maxOutputTokens: 5 })
  expect(bodies).toMatchObject([{ max_completion_tokens: 5 }, { max_tokens: 5 }])
  expect(bodies[0]).not.toHaveProperty('max_tokens')
})
