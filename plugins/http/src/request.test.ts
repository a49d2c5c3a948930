import type { BlockContext } from '@ashlar/sdk'
import { describe, expect, it } from 'vitest'
import { request } from './request.ts'

interface Sent {
  url: string
  method: string
  headers: Record<string, string>
  body: string | null
}

type Answer = Response | (() => Response)

/** Runs the block with answers instead of a network, the last again and again. @returns what it sent, and its outputs */
async function run(
  input: object,
  ...answers: Answer[]
): Promise<{ sent: Sent[]; outputs: Record<string, unknown>; log: string[] }> {
  const sent: Sent[] = []
  const log: string[] = []
  const fetch: BlockContext['fetch'] = async (url, init) => {
    const { method, headers, body } = new Request(url, init)
    sent.push({ url: String(url), method, headers: Object.fromEntries(headers), body: body && (await new Response(body).text()) })
    const answer = answers[Math.min(sent.length, answers.length) - 1]
    if (!answer) throw new Error('no answer')
    return typeof answer === 'function' ? answer() : answer.clone()
  }
  const context = { fetch, signal: new AbortController().signal, log: (text) => void log.push(text) } as BlockContext
  const outputs: Record<string, unknown> = {}
  for await (const [pin, value] of request.run(request.input.parse(input) as never, context)) outputs[pin] = value
  return { sent, outputs, log }
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
    await expect(run({ url: 'https://a.example' }, json('<html>'))).rejects.toThrow(
      'the response has a JSON content type, but its body is not valid JSON',
    )
  })
})

describe('the body of an answer', () => {
  const body = async (bytes: number[] | string, type: string | undefined, input: object = {}): Promise<unknown> => {
    const content = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : new Uint8Array(bytes)
    const { outputs } = await run(
      { url: 'https://a.example', ...input },
      new Response(content, type === undefined ? {} : { headers: { 'content-type': type } }),
    )
    const { status: _status, headers: _headers, ...rest } = outputs
    return rest
  }

  it.each<[string, number[] | string, string | undefined, object, object]>([
    ['text in the charset of its type', [0x93, 0xfa, 0x96, 0x7b], 'text/plain; charset=shift_jis', {}, { body: '日本' }],
    ['text in the encoding of the pin', [0x93, 0xfa], 'text/plain; charset=utf-8', { encoding: 'sjis' }, { body: '日' }],
    [
      'JSON in the charset of its type',
      [0x22, 0xa4, 0x22],
      'application/json;charset=ISO-8859-15',
      {},
      { body: '"€"', json: '€' },
    ],
    ['JSON without its byte order mark', '\ufeff1', 'application/json', {}, { body: '1', json: 1 }],
    ['text where the bytes are text', 'é', 'application/octet-stream', {}, { body: 'é' }],
    ['text where nothing says a type and the bytes are text', 'a,b', undefined, {}, { body: 'a,b' }],
    ['text of a vendor', '<a/>', 'application/vnd.a+xml', {}, { body: '<a/>' }],
    ['bytes of an image', [0x89, 0x50, 0xff], 'image/png', {}, { base64: 'iVD/' }],
    ['bytes of an image that look like text', 'GIF', 'image/gif', {}, { base64: 'R0lG' }],
    ['bytes where nothing says a type and a byte is a control', [0, 1], undefined, {}, { base64: 'AAE=' }],
    ['bytes where they are not UTF-8 and nothing says a type', [0xe9], undefined, {}, { base64: '6Q==' }],
    ['bytes where the pin says so', 'a', 'text/plain', { response_as: 'base64' }, { base64: 'YQ==' }],
    ['text where the pin says so', [0xe9], 'image/png', { response_as: 'text' }, { body: 'é' }],
    ['an empty text', '', 'image/png', {}, { body: '' }],
  ])('is %s', async (_, bytes, type, input, expected) => {
    expect(await body(bytes, type, input)).toEqual(expected)
  })

  it('is logged as a loss where bytes are not valid in their charset', async () => {
    const answer = new Response(new Uint8Array([0x61, 0xff]), { headers: { 'content-type': 'text/plain;charset=utf-8' } })
    const { outputs, log } = await run({ url: 'https://a.example' }, answer)
    expect(outputs.body).toBe('a\ufffd')
    expect(log).toEqual([expect.stringMatching(/not valid utf-8 with U\+FFFD/)])
  })

  it('is not asked for in an encoding that is unknown', async () => {
    await expect(run({ url: 'https://a.example', encoding: 'utf-9' }, new Response(''))).rejects.toThrow(
      /encoding must be a label/,
    )
  })
})

it('gives all set-cookie headers as a list, and others as text', async () => {
  const headers = new Headers([
    ['set-cookie', 'a=1; Path=/'],
    ['set-cookie', 'b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT'],
    ['x-multi', '1'],
    ['x-multi', '2'],
  ])
  const { outputs } = await run({ url: 'https://a.example' }, new Response(null, { headers }))
  expect(outputs.headers).toEqual({
    'set-cookie': ['a=1; Path=/', 'b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT'],
    'x-multi': '1, 2',
  })
})

describe('a request is repeated', () => {
  const quick = { url: 'https://a.example', backoff_ms: 0 }
  const failing = (code: string) => (): Response => {
    throw new TypeError('failed', { cause: Object.assign(new Error('failed'), { code }) })
  }

  it.each([408, 425, 429, 502, 503, 504])('after status %i', async (status) => {
    const { sent, outputs } = await run(quick, new Response('no', { status }), new Response('yes'))
    expect({ times: sent.length, body: outputs.body }).toEqual({ times: 2, body: 'yes' })
  })

  it('up to three times in all, unless "attempts" says another number', async () => {
    const always = new Response('no', { status: 503 })
    expect(await run(quick, always)).toMatchObject({ sent: { length: 3 }, outputs: { status: 503, body: 'no' } })
    expect((await run({ ...quick, attempts: 1 }, always)).sent).toHaveLength(1)
    expect((await run({ ...quick, attempts: 5 }, always)).sent).toHaveLength(5)
  })

  it('after the statuses of "retry_statuses" and no others', async () => {
    const input = { ...quick, retry_statuses: [500] }
    expect((await run(input, new Response('', { status: 500 }))).sent).toHaveLength(3)
    expect((await run(input, new Response('', { status: 503 }))).sent).toHaveLength(1)
  })

  it('after a failure on the way, and fails with the last', async () => {
    expect((await run(quick, failing('HTTP_FAILED'), new Response('yes'))).outputs.body).toBe('yes')
    await expect(run(quick, failing('HTTP_FAILED'))).rejects.toMatchObject({ cause: { code: 'HTTP_FAILED' } })
  })

  it('never after a refusal', async () => {
    let times = 0
    const denied = (): Response => {
      times++
      return failing('HTTP_DENIED')()
    }
    await expect(run(quick, denied)).rejects.toMatchObject({ cause: { code: 'HTTP_DENIED' } })
    expect(times).toBe(1)
  })

  it.each([
    ['GET', {}, 3],
    ['HEAD', {}, 3],
    ['PUT', {}, 3],
    ['DELETE', {}, 3],
    ['POST', {}, 1],
    ['PATCH', {}, 1],
    ['POST', { retry_unsafe: true }, 3],
    ['POST', { headers: { 'Idempotency-Key': 'k' } }, 3],
  ])('if it is %s with %j: %i attempts', async (method, input, times) => {
    expect((await run({ ...quick, method, ...input }, new Response(null, { status: 503 }))).sent).toHaveLength(times)
  })

  it('not when the answer asks for a longer wait than "max_wait_ms"', async () => {
    const busy = new Response('', { status: 429, headers: { 'retry-after': '60' } })
    expect(await run(quick, busy)).toMatchObject({ sent: { length: 1 }, outputs: { status: 429 } })
  })

  it('after the wait that the answer asks for, and says so in the log', async () => {
    const busy = new Response('', { status: 429, headers: { 'retry-after': '0' } })
    const { log } = await run({ ...quick, backoff_ms: 60_000, max_wait_ms: 600_000 }, busy, new Response(''))
    expect(log).toEqual(['attempt 1 of 3 was answered with status 429; the next one is in 0 ms'])
  })
})
