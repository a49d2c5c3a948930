import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { findNextLink } from './link.ts'
import { settle } from './testing.ts'
import { defineRest, RestError, type RestApi, type RestDefinition } from './rest.ts'

type Handler = (request: Request, attempt: number) => Response

const sent: string[] = []
beforeEach(() => {
  sent.length = 0
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
})
afterEach(() => void vi.useRealTimers())

function open(handler: Handler, definition: Partial<RestDefinition> = {}): RestApi {
  const fetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(url, init)
    sent.push(`${request.method} ${request.url}`)
    return handler(request, sent.length)
  }
  const api = defineRest({ title: 'Desk', baseUrl: 'https://desk.example/v1', ...definition })
  return api.open(fetch, { signal: new AbortController().signal, log: () => {} })
}

const json = (value: unknown, init?: ResponseInit): Response => new Response(JSON.stringify(value), init)

describe('a request', () => {
  it('has the base URL, the query and JSON with exact integers', async () => {
    let body = ''
    const api = open((request) => {
      void request.text().then((text) => (body = text))
      return json({ id: 1 })
    })
    const query = { a: ['x', 'y z'], b: undefined, c: null, d: 0 }
    expect(await settle(api.json('POST', '/items', { query, json: { n: 9007199254740993n } }))).toEqual({ id: 1 })
    expect(sent).toEqual(['POST https://desk.example/v1/items?a=x&a=y+z&d=0'])
    expect(body).toBe('{"n":9007199254740993}')
  })

  it('is repeated after a failure that may end, if that has no further effect', async () => {
    const failing: Handler = (_, attempt) => (attempt < 3 ? new Response('', { status: 503 }) : json('done'))
    expect(await settle(open(failing).json('GET', '/a'))).toBe('done')
    sent.length = 0
    await expect(settle(open(failing).json('POST', '/a'))).rejects.toThrow('Desk answered with status 503')
    expect(sent).toHaveLength(1)
    sent.length = 0
    expect(await settle(open(failing).json('POST', '/a', { isRepeatable: true }))).toBe('done')
  })

  it('waits as long as the service asks for, whatever its method', async () => {
    const times: number[] = []
    const api = open((_, attempt) => {
      times.push(Date.now())
      return attempt === 1 ? new Response('', { status: 429, headers: { 'retry-after': '7' } }) : json('done')
    })
    expect(await settle(api.json('POST', '/a'))).toBe('done')
    expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 7000])
  })

  it('fails if the service asks for a longer wait than a block may take', async () => {
    const api = open(() => json({ message: 'slow down' }, { status: 429, headers: { 'retry-after': '3600' } }))
    await expect(settle(api.json('GET', '/a'))).rejects.toThrow(
      'Desk limits the rate of requests; try again in 3600 s: Desk answered with status 429: slow down',
    )
    expect(sent).toHaveLength(1)
  })

  it('recognizes errors and limits that the service marks in its own way', async () => {
    const definition: Partial<RestDefinition> = {
      findError: ({ text }) => (text === '"ok"' ? undefined : `not ok: ${text}`),
      findLimit: ({ text }) => (text === '"later"' ? 1000 : undefined),
    }
    const answers = ['later', 'later', 'ok']
    expect(await settle(open((_, attempt) => json(answers[attempt - 1]), definition).json('POST', '/a'))).toBe('ok')
    await expect(settle(open(() => json('no'), definition).json('GET', '/a'))).rejects.toThrow('not ok: "no"')
  })
})

describe('an error', () => {
  it.each([
    [{ message: 'no such item' }, ': no such item'],
    [{ error: { code: 7, message: 'not allowed' } }, ': not allowed'],
    [{ errors: 'x' }, ''],
    [[{ detail: 'first' }], ': first'],
  ])('has the text of %j', async (body, text) => {
    const failure: unknown = await settle(open(() => json(body, { status: 404 })).json('GET', '/a')).catch(
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(RestError)
    expect(failure).toMatchObject({ message: `Desk answered with status 404${text}`, answer: { status: 404 } })
  })

  it('does not repeat a page of HTML', async () => {
    const api = open(() => new Response('<html>no</html>', { status: 404 }))
    await expect(settle(api.json('GET', '/a'))).rejects.toThrow(/status 404$/)
  })

  it('reports a body that is not JSON', async () => {
    await expect(settle(open(() => new Response('hello')).json('GET', '/a'))).rejects.toThrow(
      'Desk answered GET /a with a body that is not JSON',
    )
  })
})

describe('pages', () => {
  const read = ({ json: body, headers }: { json: unknown; headers: Headers }) => ({
    items: body as number[],
    next: findNextLink(headers.get('link') ?? ''),
  })
  const linked: Handler = (request) => {
    const n = Number(new URL(request.url).searchParams.get('page') ?? 1)
    return json([n * 2 - 1, n * 2], {
      headers: n < 3 ? { link: `<https://desk.example/v1/items?page=${n + 1}>; rel="next"` } : {},
    })
  }

  async function collect(handler: Handler, most?: number): Promise<number[]> {
    const all: number[] = []
    for await (const page of open(handler).pages('/items', read, most)) all.push(...page)
    return all
  }

  it('are read until the last one', async () => {
    expect(await settle(collect(linked))).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('are read only as far as the limit', async () => {
    expect(await settle(collect(linked, 3))).toEqual([1, 2, 3])
    expect(sent).toHaveLength(2)
  })

  it('end with an error if the service names a page twice', async () => {
    const looping: Handler = () => json([1], { headers: { link: '<https://desk.example/v1/items>; rel="next"' } })
    await expect(settle(collect(looping))).rejects.toThrow('the service names the same page twice')
  })
})
