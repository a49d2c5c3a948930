import type { BlockContext } from '@ashlar/sdk'
import { describe, expect, it } from 'vitest'
import { request } from './request.ts'

interface Sent {
  url: string
  method: string
  headers: Record<string, string>
  body: string | null
}

/** Runs the block with an answer instead of a network. @returns what it sent, and its outputs */
async function run(input: object, answer: Response): Promise<{ sent: Sent[]; outputs: Record<string, unknown> }> {
  const sent: Sent[] = []
  const fetch: BlockContext['fetch'] = async (url, init) => {
    const { method, headers, body } = new Request(url, init)
    sent.push({ url: String(url), method, headers: Object.fromEntries(headers), body: body && (await new Response(body).text()) })
    return answer
  }
  const context = {
    fetch,
    signal: new AbortController().signal,
    get files(): never {
      throw new Error('not used')
    },
    get storage(): never {
      throw new Error('not used')
    },
  }
  const outputs: Record<string, unknown> = {}
  for await (const [pin, value] of request.run(request.input.parse(input) as never, context)) outputs[pin] = value
  return { sent, outputs }
}

const json = (value: unknown, type = 'application/json'): Response =>
  new Response(typeof value === 'string' ? value : JSON.stringify(value), { headers: { 'content-type': type } })

describe('http/request', () => {
  it('sends the request and gives what is answered, as text and as a value', async () => {
    const { sent, outputs } = await run({ url: 'https://a.example/x', query: { q: 'b c' } }, json({ ok: true }))
    expect(sent).toEqual([{ url: 'https://a.example/x?q=b%20c', method: 'GET', headers: {}, body: null }])
    expect(outputs).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"ok":true}',
      json: { ok: true },
    })
  })

  it('gives the status of a failure like any other', async () => {
    const { outputs } = await run({ url: 'https://a.example' }, new Response('not here', { status: 404 }))
    expect(outputs).toMatchObject({ status: 404, body: 'not here' })
    expect(outputs).not.toHaveProperty('json')
  })

  it('sends JSON with its type, unless another is given', async () => {
    const post = { url: 'https://a.example', method: 'POST', json: { a: null } }
    const typed = await run(post, new Response(''))
    expect(typed.sent[0]).toMatchObject({ headers: { 'content-type': 'application/json' }, body: '{"a":null}' })
    const own = await run({ ...post, headers: { 'Content-Type': 'application/ld+json' } }, new Response(''))
    expect(own.sent[0]?.headers).toEqual({ 'content-type': 'application/ld+json' })
  })

  it('sends a text as it is', async () => {
    const { sent } = await run(
      { url: 'https://a.example', method: 'PUT', body: 'a=b', headers: { 'content-type': 'x/y' } },
      new Response(''),
    )
    expect(sent[0]).toMatchObject({ method: 'PUT', headers: { 'content-type': 'x/y' }, body: 'a=b' })
  })

  it.each([
    ['application/problem+json; charset=utf-8', '{"a":1}', { a: 1 }],
    ['text/html', '{"a":1}', undefined],
    ['application/jsonlines', '{"a":1}', undefined],
    ['application/json', '', undefined],
  ])('takes %s with %j for %j', async (type, body, value) => {
    expect((await run({ url: 'https://a.example' }, json(body, type))).outputs.json).toEqual(value)
  })

  it('fails where the answer says that it is JSON and is not', async () => {
    await expect(run({ url: 'https://a.example' }, json('<html>'))).rejects.toThrow('the answer says that it is JSON, and is not')
  })
})
