import { describe, expect, expectTypeOf, it } from 'vitest'
import { AshlarApiError } from './api-error.ts'
import { createClient, type Client, type ClientOptions } from './client.ts'
import type { TypedDocument } from './document.ts'
import { unwrap } from './payload.ts'

const URL = 'https://ashlar.example/graphql'

/** A client whose requests these functions answer, one after the other. */
function createFakeClient(answers: ((request: Request) => Response | Promise<Response>)[], options: Partial<ClientOptions> = {}) {
  const requests: Request[] = []
  const client = createClient({
    url: URL,
    key: 'the-key',
    retryDelayMs: () => 0,
    fetch: async (request) => {
      requests.push(request.clone())
      const answer = answers.shift()
      if (!answer) throw new TypeError('fetch failed')
      return answer(request)
    },
    ...options,
  })
  return { client, requests }
}

const json =
  (body: unknown, status = 200) =>
  (): Response =>
    Response.json(body, { status })

/** An event stream. It remains open after its last message. */
function stream(...messages: string[]): () => Response {
  return () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => messages.forEach((message) => controller.enqueue(new TextEncoder().encode(message))),
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }
}

/** An event stream that ends after its last message. */
const cut =
  (...messages: string[]) =>
  (): Response =>
    new Response(messages.join(''), { headers: { 'content-type': 'text/event-stream; charset=utf-8' } })

const next = (data: unknown, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: next\ndata: ${JSON.stringify({ data })}\n\n`
const COMPLETE = 'event: complete\ndata:\n\n'

async function collect(events: AsyncIterable<unknown>): Promise<unknown[]> {
  const collected: unknown[] = []
  for await (const event of events) collected.push(event)
  return collected
}

async function bodyOf(request: Request | undefined): Promise<unknown> {
  return request?.json()
}

describe('request', () => {
  it('sends the operation with the key and the headers, and returns the data', async () => {
    const { client, requests } = createFakeClient([json({ data: { viewer: { name: 'Ada' } } })], { headers: { 'x-a': 'b' } })
    expect(await client.request('query($a: Int) { viewer { name } }', { a: 1 })).toEqual({ viewer: { name: 'Ada' } })
    expect(Object.fromEntries(requests[0]?.headers ?? [])).toEqual({
      accept: 'application/graphql-response+json, application/json;q=0.9',
      authorization: 'Bearer the-key',
      'content-type': 'application/json',
      'x-a': 'b',
    })
    expect(await bodyOf(requests[0])).toEqual({ query: 'query($a: Int) { viewer { name } }', variables: { a: 1 } })
  })

  it('throws all errors of the response, with the partial result', async () => {
    const body = {
      data: { graph: null },
      errors: [
        { message: 'a', path: ['graph'], extensions: { code: 'BAD_INPUT', path: ['after'] } },
        { message: 'b', extensions: {} },
      ],
    }
    const failure: unknown = await createFakeClient([json(body, 400)])
      .client.request('{ a }')
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(AshlarApiError)
    expect(failure).toMatchObject({
      message: 'a',
      code: 'BAD_INPUT',
      path: ['after'],
      status: 400,
      data: { graph: null },
      errors: [
        { code: 'BAD_INPUT', message: 'a', path: ['after'] },
        { code: 'UNKNOWN', message: 'b', path: null },
      ],
    })
  })

  it.each([
    ['HTML', () => new Response('<html>', { status: 502 })],
    ['other JSON', json({ ok: true }, 502)],
    ['null', json(null, 502)],
  ])('throws SERVER_UNREACHABLE with the status for a response that is %s', async (_what, answer) => {
    await expect(createFakeClient([answer]).client.request('{ a }')).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
      status: 502,
    })
  })

  it('throws SERVER_UNREACHABLE without a status if the server does not respond', async () => {
    const failure = createFakeClient([]).client.request('{ a }')
    await expect(failure).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE', status: undefined, cause: expect.any(TypeError) })
  })

  it('reads and writes JSON with the given functions', async () => {
    const parse = (text: string): unknown => JSON.parse(text.replaceAll('1', '2'))
    const stringify = (value: object): string => JSON.stringify(value).replaceAll('"', "'")
    const { client, requests } = createFakeClient([json({ data: { a: 1 } })], { json: { parse, stringify } })
    expect(await client.request('{ a }')).toEqual({ a: 2 })
    expect(await requests[0]?.text()).toBe("{'query':'{ a }','variables':{}}")
  })

  it('prints a syntax tree with the given function and rejects it without', async () => {
    const tree = { kind: 'Document', definitions: [] }
    const { client, requests } = createFakeClient([json({ data: {} })], { print: () => '{ printed }' })
    await client.request(tree)
    expect(await bodyOf(requests[0])).toMatchObject({ query: '{ printed }' })
    await expect(createFakeClient([]).client.request(tree)).rejects.toThrow(TypeError)
  })

  it('has the types of its document', () => {
    const check = (client: Client, document: TypedDocument<{ a: number }, { id: string }>): Promise<{ a: number }> => {
      // @ts-expect-error -- the variable is missing
      void client.request(document)
      // @ts-expect-error -- the variable has another type
      void client.request(document, { id: 1 })
      return client.request(document, { id: '1' })
    }
    expectTypeOf(check).returns.resolves.toEqualTypeOf<{ a: number }>()
  })
})

describe('subscribe', () => {
  const DOCUMENT = 'subscription($id: ID!, $after: ID) { executionEvents(executionId: $id, after: $after) { id } }'
  const LIVE = 'subscription { blocksChanged { at } }'

  it('yields the data of each message until the server completes the subscription', async () => {
    const { client } = createFakeClient([cut(':\n\n', next({ a: 1 }), next({ a: 2 }), COMPLETE, next({ a: 3 }))])
    expect(await collect(client.subscribe(LIVE, {}))).toEqual([{ a: 1 }, { a: 2 }])
  })

  it('continues after the id of the last message', async () => {
    const { client, requests } = createFakeClient([
      cut(next({ a: 1 }, 'one'), next({ a: 2 }, 'two')),
      cut(next({ a: 3 })),
      cut(next({ a: 4 }), COMPLETE),
    ])
    expect(await collect(client.subscribe(LIVE, {}))).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }, { a: 4 }])
    expect(requests.map((request) => request.headers.get('last-event-id'))).toEqual([null, 'two', 'two'])
  })

  it('continues with the variable after if the document declares it', async () => {
    const event = (id: string): string => next({ executionEvents: { id } })
    const { client, requests } = createFakeClient([cut(event('a'), event('b')), cut(), cut(event('c'), COMPLETE)])
    const events = await collect(client.subscribe(DOCUMENT, { id: 'x', after: 'z' }))
    expect(events).toEqual(['a', 'b', 'c'].map((id) => ({ executionEvents: { id } })))
    const bodies = await Promise.all(requests.map(bodyOf))
    expect(bodies).toMatchObject([
      { variables: { id: 'x', after: 'z' } },
      { variables: { after: 'b' } },
      { variables: { after: 'b' } },
    ])
  })

  it('reports a gap each time it reconnects without an id', async () => {
    let gaps = 0
    const { client } = createFakeClient([cut(next({ a: 1 })), cut(), cut(next({ a: 2 }), COMPLETE)])
    await collect(client.subscribe(LIVE, {}, { onGap: () => gaps++ }))
    expect(gaps).toBe(2)
    const resumed = createFakeClient([cut(next({ a: 1 }, 'one')), cut(COMPLETE)])
    await collect(resumed.client.subscribe(LIVE, {}, { onGap: () => gaps++ }))
    expect(gaps).toBe(2)
  })

  it('reconnects to a server that is overloaded or restarts', async () => {
    const { client } = createFakeClient([
      json({ errors: [{ message: 'later', extensions: { code: 'RATE_LIMITED' } }] }, 429),
      () => Promise.reject(new TypeError('fetch failed')),
      () => new Response('Bad Gateway', { status: 502 }),
      cut(next({ a: 1 }), COMPLETE),
    ])
    expect(await collect(client.subscribe(LIVE, {}))).toEqual([{ a: 1 }])
  })

  it('ends with the last error when retryDelayMs returns undefined', async () => {
    const attempts: number[] = []
    const retryDelayMs = (attempt: number): number | undefined => (attempts.push(attempt), attempt < 2 ? 0 : undefined)
    const { client } = createFakeClient([cut(), cut()], { retryDelayMs })
    await expect(collect(client.subscribe(LIVE, {}))).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' })
    expect(attempts).toEqual([0, 0, 1, 2])
  })

  it.each([
    ['a rejected subscription', json({ errors: [{ message: 'no', extensions: { code: 'FORBIDDEN' } }] }, 403)],
    ['an error in a message', stream(`event: next\ndata: {"errors":[{"message":"no","extensions":{"code":"FORBIDDEN"}}]}\n\n`)],
  ])('throws the error of %s without a new attempt', async (_what, answer) => {
    const { client, requests } = createFakeClient([answer])
    await expect(collect(client.subscribe(LIVE, {}))).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(requests).toHaveLength(1)
  })

  it('rejects a document that is not a subscription', async () => {
    const { client, requests } = createFakeClient([json({ data: { a: 1 } })])
    await expect(collect(client.subscribe('{ a }', {}))).rejects.toThrow('the document is not a subscription')
    expect(requests).toHaveLength(1)
  })

  it('reconnects if the server sends nothing for the idle timeout', async () => {
    const { client } = createFakeClient([stream(next({ a: 1 }, 'one')), cut(next({ a: 2 }), COMPLETE)], { idleTimeoutMs: 5 })
    expect(await collect(client.subscribe(LIVE, {}))).toEqual([{ a: 1 }, { a: 2 }])
  })

  it.each([
    ['before it connects', []],
    ['while it waits for an event', [stream(next({ a: 1 }))]],
    ['during a pause', [cut(next({ a: 1 }))]],
  ])('throws the reason of its signal when that aborts %s', async (_when, answers) => {
    const controller = new AbortController()
    const reason = new Error('enough')
    if (answers.length === 0) controller.abort(reason)
    const { client } = createFakeClient(answers, { retryDelayMs: () => 60_000 })
    const reading = collect(client.subscribe(LIVE, {}, { signal: controller.signal }))
    setTimeout(() => controller.abort(reason), 5)
    await expect(reading).rejects.toBe(reason)
  })

  it('closes the connection when the caller stops reading', async () => {
    const cancelled = Promise.withResolvers<void>()
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(next({ a: 1 }))),
      cancel: () => cancelled.resolve(),
    })
    const { client } = createFakeClient([() => new Response(body, { headers: { 'content-type': 'text/event-stream' } })])
    for await (const _event of client.subscribe(LIVE, {})) break
    await cancelled.promise
  })
})

describe('unwrap', () => {
  it('returns a payload without errors', () => {
    const payload = { graph: { id: '1' } as { id: string } | null, errors: [] }
    expectTypeOf(unwrap(payload).graph).toEqualTypeOf<{ id: string }>()
    expect(unwrap(payload).graph).toEqual({ id: '1' })
  })

  it('throws all errors of a payload', () => {
    const errors = [
      { code: 'BAD_INPUT', message: 'a', path: ['input', 'name'] },
      { code: 'CONFLICT', message: 'b', path: null },
    ]
    expect(() => unwrap({ graph: null, errors })).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT', message: 'a', path: ['input', 'name'], errors, status: undefined }),
    )
  })

  it('rejects a payload that is null', () => {
    expect(() => unwrap(null)).toThrow(TypeError)
  })
})
