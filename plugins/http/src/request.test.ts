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

/**
 * Runs the block with given responses instead of a network; the last response repeats.
 *
 * @returns the sent requests and the outputs
 */
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
  const pairs = request.run(request.input.parse(input) as never, context) as AsyncIterable<[string, unknown]>
  for await (const [pin, value] of pairs) outputs[pin] = value
  return { sent, outputs, log }
}

const json = (value: unknown, type = 'application/json'): Response =>
  new Response(typeof value === 'string' ? value : JSON.stringify(value), { headers: { 'content-type': type } })

describe('http/request', () => {
  it('yields the response as text and as a value', async () => {
    const { sent, outputs } = await run({ url: 'https://a.example/x', query: { q: 'b c' } }, json({ ok: true }))
    expect(sent).toEqual([{ url: 'https://a.example/x?q=b%20c', method: 'GET', headers: {}, body: null }])
    expect(outputs).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"ok":true}',
      json: { ok: true },
    })
  })

  it('yields the status of a failure', async () => {
    const { outputs } = await run({ url: 'https://a.example' }, new Response('not here', { status: 404 }))
    expect(outputs).toMatchObject({ status: 404, body: 'not here' })
    expect(outputs).not.toHaveProperty('json')
  })

  it('sends JSON with its content type, unless a header sets another', async () => {
    const post = { url: 'https://a.example', method: 'POST', json: { a: null } }
    const typed = await run(post, new Response(''))
    expect(typed.sent[0]).toMatchObject({ headers: { 'content-type': 'application/json' }, body: '{"a":null}' })
    const own = await run({ ...post, headers: { 'Content-Type': 'application/ld+json' } }, new Response(''))
    expect(own.sent[0]?.headers).toEqual({ 'content-type': 'application/ld+json' })
  })

  it('sends text unchanged', async () => {
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
  ])('parses %s with %j as %j', async (type, body, value) => {
    expect((await run({ url: 'https://a.example' }, json(body, type))).outputs.json).toEqual(value)
  })

  it('fails if the content type is JSON but the body is not', async () => {
    await expect(run({ url: 'https://a.example' }, json('<html>'))).rejects.toThrow(
      'the response has a JSON content type, but its body is not valid JSON',
    )
  })
})

describe('the body of a response', () => {
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
    ['text if the bytes are text', 'é', 'application/octet-stream', {}, { body: 'é' }],
    ['text if there is no type and the bytes are text', 'a,b', undefined, {}, { body: 'a,b' }],
    ['text of a vendor', '<a/>', 'application/vnd.a+xml', {}, { body: '<a/>' }],
    ['bytes of an image', [0x89, 0x50, 0xff], 'image/png', {}, { base64: 'iVD/' }],
    ['bytes of an image that look like text', 'GIF', 'image/gif', {}, { base64: 'R0lG' }],
    ['bytes if there is no type and a byte is a control character', [0, 1], undefined, {}, { base64: 'AAE=' }],
    ['bytes if there is no type and they are not UTF-8', [0xe9], undefined, {}, { base64: '6Q==' }],
    ['bytes if the pin requests them', 'a', 'text/plain', { response_as: 'base64' }, { base64: 'YQ==' }],
    ['text if the pin requests it', [0xe9], 'image/png', { response_as: 'text' }, { body: 'é' }],
    ['an empty text', '', 'image/png', {}, { body: '' }],
  ])('is %s', async (_, bytes, type, input, expected) => {
    expect(await body(bytes, type, input)).toEqual(expected)
  })

  it('logs a warning if bytes are not valid in their charset', async () => {
    const answer = new Response(new Uint8Array([0x61, 0xff]), { headers: { 'content-type': 'text/plain;charset=utf-8' } })
    const { outputs, log } = await run({ url: 'https://a.example' }, answer)
    expect(outputs.body).toBe('a\ufffd')
    expect(log).toEqual([expect.stringMatching(/not valid utf-8 with U\+FFFD/)])
  })

  it('is not requested if the encoding is unknown', async () => {
    await expect(run({ url: 'https://a.example', encoding: 'utf-9' }, new Response(''))).rejects.toThrow(
      /encoding must be a label/,
    )
  })
})

it('yields set-cookie headers as a list and other headers as text', async () => {
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

describe('repeats a request', () => {
  const quick = { url: 'https://a.example', backoff_ms: 0 }
  const failing = (code: string) => (): Response => {
    throw new TypeError('failed', { cause: Object.assign(new Error('failed'), { code }) })
  }

  it.each([408, 425, 429, 502, 503, 504])('after status %i', async (status) => {
    const { sent, outputs } = await run(quick, new Response('no', { status }), new Response('yes'))
    expect({ times: sent.length, body: outputs.body }).toEqual({ times: 2, body: 'yes' })
  })

  it('up to three attempts in total, unless "attempts" is set', async () => {
    const always = new Response('no', { status: 503 })
    expect(await run(quick, always)).toMatchObject({ sent: { length: 3 }, outputs: { status: 503, body: 'no' } })
    expect((await run({ ...quick, attempts: 1 }, always)).sent).toHaveLength(1)
    expect((await run({ ...quick, attempts: 5 }, always)).sent).toHaveLength(5)
  })

  it('only after the statuses in "retry_statuses"', async () => {
    const input = { ...quick, retry_statuses: [500] }
    expect((await run(input, new Response('', { status: 500 }))).sent).toHaveLength(3)
    expect((await run(input, new Response('', { status: 503 }))).sent).toHaveLength(1)
  })

  it('after a network failure, and fails with the last error', async () => {
    expect((await run(quick, failing('HTTP_FAILED'), new Response('yes'))).outputs.body).toBe('yes')
    await expect(run(quick, failing('HTTP_FAILED'))).rejects.toMatchObject({ cause: { code: 'HTTP_FAILED' } })
  })

  it('never after a rejection by the host', async () => {
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

  it('unless the response requests a longer wait than "max_wait_ms"', async () => {
    const busy = new Response('', { status: 429, headers: { 'retry-after': '60' } })
    expect(await run(quick, busy)).toMatchObject({ sent: { length: 1 }, outputs: { status: 429 } })
  })

  it('after the wait that the response requests, and logs the wait', async () => {
    const busy = new Response('', { status: 429, headers: { 'retry-after': '0' } })
    const { log } = await run({ ...quick, backoff_ms: 60_000, max_wait_ms: 600_000 }, busy, new Response(''))
    expect(log).toEqual(['attempt 1 of 3 ended with status 429; the next attempt is in 0 ms'])
  })
})
