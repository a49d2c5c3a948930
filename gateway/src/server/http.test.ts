import { once } from 'node:events'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { brotliCompress, brotliDecompressSync, constants, deflate, gunzipSync, gzip } from 'node:zlib'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createGateway, type Gateway } from './index.ts'
import { logIn, type TestLogin } from '../testing/test-session.ts'

const OWNER_KEY = 'the-key-of-the-owner'
const APP = 'https://app.example'
const KEY = { authorization: `Bearer ${OWNER_KEY}` }
const JSON_BODY = { 'content-type': 'application/json' }
const VIEWER = '{"query":"{ viewer { user { name } } }"}'

let runtime: TestRuntime
let gateway: Gateway
let base: string
let login: TestLogin
const log: string[] = []
beforeAll(async () => {
  runtime = await createTestRuntime({ pluginRoots: [] })
  await runtime.apiKeys.allow(runtime.ownerId, OWNER_KEY, 'owner')
  const logger = { info: () => undefined, error: (message: string, error?: unknown) => log.push(`${message}: ${String(error)}`) }
  gateway = createGateway({ runtime, ownerKey: OWNER_KEY, corsOrigins: [APP], logger })
  base = new URL(await gateway.listen(0)).origin
  login = await logIn(runtime, runtime.ownerId)
})
afterAll(async () => {
  await gateway.close()
  await runtime.close()
})
afterEach(() => void log.splice(0))

function post(body: BodyInit, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${base}/graphql`, { method: 'POST', headers: { ...KEY, ...JSON_BODY, ...headers }, body })
}

function ask(query: string, variables: object = {}, headers: Record<string, string> = {}): Promise<Response> {
  return post(JSON.stringify({ query, variables }), headers)
}

async function readCode(response: Response): Promise<unknown> {
  const { errors } = (await response.json()) as { errors?: { extensions?: { code?: string } }[] }
  return errors?.[0]?.extensions?.code
}

async function countGraphs(): Promise<unknown> {
  return (await ask('{ graphs { totalCount } }')).json()
}

function globalId(text: string): string {
  return Buffer.from(text).toString('base64url')
}

describe('the headers of an answer', () => {
  it.each<[string, Record<string, string>, string]>([
    ['without a key', {}, 'Bearer realm="ashlar"'],
    ['with a key in another scheme', { authorization: 'Basic x' }, 'Bearer realm="ashlar"'],
    ['with an unknown key', { authorization: 'Bearer x' }, 'Bearer realm="ashlar", error="invalid_token"'],
  ])('ask a client %s to authenticate', async (_what, headers, challenge) => {
    const response = await fetch(`${base}/graphql?query={viewer{user{name}}}`, { headers })
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, challenge])
  })

  it('keep caches from storing answers of the API', async () => {
    for (const { headers } of [await post(VIEWER), await fetch(`${base}/graphql`), await fetch(`${base}/nothing`)]) {
      expect(headers.get('cache-control')).toBe('no-store, private')
      expect(headers.get('vary')).toBe('Accept, Accept-Encoding, Authorization, Cookie, Origin')
    }
  })

  it.each([
    ['a new id without one', undefined, /^[\da-f-]{36}$/],
    ['the id of the client', 'job-7:a.b_C', /^job-7:a\.b_C$/],
    ['a new id for one with other characters', 'a b"', /^[\da-f-]{36}$/],
    ['a new id for a long one', 'x'.repeat(65), /^[\da-f-]{36}$/],
  ])('contain %s', async (_what, given, expected) => {
    const response = await post(VIEWER, given === undefined ? {} : { 'x-request-id': given })
    expect(response.headers.get('x-request-id')).toMatch(expected)
  })
})

describe('the log line of an unexpected error', () => {
  const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'

  it.each([
    [`00-${TRACE}-00f067aa0ba902b7-01`, ` (request r1, trace ${TRACE})`],
    [`01-${TRACE}-00f067aa0ba902b7-01-more`, ` (request r1, trace ${TRACE})`],
    [`00-${TRACE}-00f067aa0ba902b7-01-more`, ' (request r1)'],
    [`ff-${TRACE}-00f067aa0ba902b7-01`, ' (request r1)'],
    [`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, ' (request r1)'],
    [`00-${TRACE}-${'0'.repeat(16)}-01`, ' (request r1)'],
    [`00-${TRACE.toUpperCase()}-00f067aa0ba902b7-01`, ' (request r1)'],
  ])('with the traceparent %s contains%s', async (traceparent, expected) => {
    const { list } = runtime.graphs
    runtime.graphs.list = () => Promise.reject(new TypeError('secret'))
    const response = await ask('{ graphs { totalCount } }', {}, { traceparent, 'x-request-id': 'r1' })
    runtime.graphs.list = list
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'r1' } }] })
    expect(log).toEqual([`unexpected error at graphs${expected}: TypeError: secret`])
  })
})

describe('pages of other origins', () => {
  const PREFLIGHT = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }

  function preflight(origin: string, path = '/graphql'): Promise<Response> {
    return fetch(base + path, { method: 'OPTIONS', headers: { ...PREFLIGHT, origin } })
  }

  it('may call the API with a key if their origin is allowed', async () => {
    const { status, headers } = await preflight(APP)
    expect(status).toBe(204)
    expect(headers.get('access-control-allow-origin')).toBe(APP)
    expect(headers.get('access-control-allow-methods')).toBe('GET, POST')
    expect(headers.get('access-control-allow-headers')?.toLowerCase()).toContain('authorization')
    const response = await post(VIEWER, { origin: APP, 'sec-fetch-site': 'cross-site' })
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, APP])
    expect(response.headers.get('access-control-expose-headers')).toContain('X-Request-Id')
    expect(response.headers.get('access-control-allow-credentials')).toBeNull()
  })

  it('receive readable errors if their origin is allowed', async () => {
    const response = await post(VIEWER, { authorization: 'Bearer wrong', origin: APP })
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([401, APP])
  })

  it.each(['https://evil.example', `${APP}.evil.example`, `${APP}:8443`, 'http://app.example', 'null'])(
    'of %s may not call it',
    async (origin) => {
      const response = await preflight(origin)
      expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([403, null])
      expect(await readCode(response)).toBe('FORBIDDEN')
      expect((await post(VIEWER, { origin })).headers.get('access-control-allow-origin')).toBeNull()
    },
  )

  it('never use the cookie of a browser session', async () => {
    const headers = { ...JSON_BODY, ...login.headers, origin: APP, 'sec-fetch-site': 'cross-site' }
    const response = await fetch(`${base}/graphql`, { method: 'POST', headers, body: VIEWER })
    expect([response.status, await readCode(response)]).toEqual([403, 'FORBIDDEN'])
  })

  it('may use no other path than /graphql', async () => {
    for (const path of ['/login', '/login/links', '/logout'])
      expect((await preflight(APP, path)).headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('the body of a request', () => {
  const encodings = {
    gzip: promisify(gzip),
    deflate: promisify(deflate),
    br: (body: Uint8Array | string) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
  }

  it.each(['gzip', 'deflate', 'br'] as const)('may have the encoding %s', async (encoding) => {
    const body = new Uint8Array(await encodings[encoding](VIEWER))
    const response = await post(body, { 'content-encoding': encoding })
    expect(await response.json()).toMatchObject({ data: { viewer: { user: { name: 'Owner' } } } })
  })

  it.each(['gzip', 'deflate', 'br'] as const)('is rejected if it decompresses with %s to more than 32 MiB', async (encoding) => {
    const body = new Uint8Array(await encodings[encoding](Buffer.alloc(33 * 1024 * 1024, ' ')))
    const response = await post(body, { 'content-encoding': encoding })
    expect([response.status, await readCode(response)]).toEqual([413, 'PAYLOAD_TOO_LARGE'])
  })

  it.each(['gzip', 'br'] as const)(
    'is rejected if it decompresses with %s to more than 1 MiB and 200 times',
    async (encoding) => {
      const spaces = (size: number) => `${' '.repeat(size)}${VIEWER}`
      const bomb = new Uint8Array(await encodings[encoding](spaces(31 * 1024 * 1024)))
      const response = await post(bomb, { 'content-encoding': encoding })
      expect([response.status, await readCode(response)]).toEqual([413, 'PAYLOAD_TOO_LARGE'])
      const small = new Uint8Array(await encodings[encoding](spaces(1000 * 1024)))
      expect((await post(small, { 'content-encoding': encoding })).status).toBe(200)
    },
  )

  it('is rejected with a readable answer if it sends more than 32 MiB in chunks', async () => {
    const body = new Blob([new Uint8Array(33 * 1024 * 1024)]).stream()
    const request = { method: 'POST', headers: { ...KEY, ...JSON_BODY }, body, duplex: 'half' as const }
    const response = await fetch(`${base}/graphql`, request)
    expect([response.status, await readCode(response)]).toEqual([413, 'PAYLOAD_TOO_LARGE'])
  })

  it.each<[string, Record<string, string>, BodyInit, number, string]>([
    ['an unknown encoding', { 'content-encoding': 'zip' }, VIEWER, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['two encodings', { 'content-encoding': 'gzip, gzip' }, VIEWER, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['another encoding than it names', { 'content-encoding': 'gzip' }, VIEWER, 400, 'BAD_REQUEST'],
    ['an unknown charset', { 'content-type': 'application/json; charset=klingon' }, VIEWER, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['UTF-16', { 'content-type': 'application/json; charset=utf-16' }, VIEWER, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['bytes that are not UTF-8', {}, new Uint8Array([0x22, 0xff, 0x22]), 400, 'BAD_REQUEST'],
    ['the type text/plain', { 'content-type': 'text/plain' }, VIEWER, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a similar type', { 'content-type': 'application/jsonx' }, VIEWER, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['two types', { 'content-type': 'application/json, text/plain' }, VIEWER, 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ])('is rejected with %s', async (_what, headers, body, status, code) => {
    const response = await post(body, headers)
    expect([response.status, await readCode(response), log]).toEqual([status, code, []])
  })

  it.each(['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain', 'application/graphql', ''])(
    'runs no mutation with the type "%s"',
    async (type) => {
      const before = await countGraphs()
      const query = 'mutation { createGraph(input: { name: "x", document: { nodes: [] } }) { __typename } }'
      const multipart = `--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${JSON.stringify({ query })}\r\n--x--\r\n`
      const body = type.startsWith('multipart') ? multipart : type.includes('form') ? `query=${encodeURIComponent(query)}` : query
      const response = await post(new TextEncoder().encode(body), { 'content-type': type })
      expect([response.status, await readCode(response)]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE'])
      expect(await countGraphs()).toEqual(before)
    },
  )

  it('that ends early leaves nothing', async () => {
    const socket = connect(Number(new URL(base).port), '127.0.0.1')
    const lines = [`POST /graphql HTTP/1.1`, 'Host: 127.0.0.1', `Authorization: ${KEY.authorization}`]
    socket.write([...lines, 'Content-Type: application/json', 'Content-Length: 1000', '', '{"query":'].join('\r\n'))
    await once(socket, 'connect')
    socket.destroy()
    await once(socket, 'close')
    expect((await post(VIEWER)).status).toBe(200)
    expect(log).toEqual([])
  })
})

describe('the type of an answer', () => {
  it.each(['text/csv', 'multipart/mixed', 'application/json;charset=latin1', 'application/json;q=0', 'image/*'])(
    'is an error of 406 with a body for %s, and no mutation runs',
    async (accept) => {
      const before = await countGraphs()
      const query = 'mutation { createGraph(input: { name: "x", document: { nodes: [] } }) { __typename } }'
      const response = await ask(query, {}, { accept })
      expect([response.status, await readCode(response)]).toEqual([406, 'NOT_ACCEPTABLE'])
      expect(await countGraphs()).toEqual(before)
    },
  )

  it.each(['application/json', 'application/graphql-response+json', 'multipart/mixed, application/json'])(
    'is an error of 406 for a subscription that accepts only %s',
    async (accept) => {
      const response = await ask('subscription { blocksChanged { at } }', {}, { accept })
      expect([response.status, await readCode(response)]).toEqual([406, 'NOT_ACCEPTABLE'])
    },
  )
})

it('answers the hash of a persisted query so that Apollo sends the query', async () => {
  const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: 'ab' } })
  const answers = [
    await fetch(`${base}/graphql?extensions=${encodeURIComponent(extensions)}`, { headers: KEY }),
    await post(`{"operationName":"A","variables":{},"extensions":${extensions}}`),
  ]
  for (const response of answers) {
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      errors: [{ message: 'PersistedQueryNotSupported', extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } }],
    })
  }
  const full = await post(`{"query":"{ viewer { user { name } } }","extensions":${extensions}}`)
  expect(await full.json()).toMatchObject({ data: { viewer: { user: { name: 'Owner' } } } })
})

describe('compression', () => {
  const LONG = '{ __schema { types { name } } }'

  async function readRaw(
    headers: Record<string, string>,
    query = LONG,
    path = '/graphql',
  ): Promise<{ headers: string; body: Buffer }> {
    const socket = connect(Number(new URL(base).port), '127.0.0.1')
    const all = { host: '127.0.0.1', connection: 'close', ...KEY, accept: 'application/json', ...headers }
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
    socket.write([`GET ${path}?query=${encodeURIComponent(query)} HTTP/1.1`, ...lines, '', ''].join('\r\n'))
    const bytes = Buffer.concat(await socket.toArray())
    const end = bytes.indexOf('\r\n\r\n')
    return { headers: bytes.subarray(0, end).toString().toLowerCase(), body: bytes.subarray(end + 4) }
  }

  it.each([
    ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['br;q=0.5, gzip', 'gzip', gunzipSync],
    ['br;q=0, *', 'gzip', gunzipSync],
  ])('for %s is %s', async (accept, encoding, decode) => {
    const plain = await readRaw({})
    const { headers, body } = await readRaw({ 'accept-encoding': accept })
    expect(headers).toContain(`\r\ncontent-encoding: ${encoding}\r\n`)
    expect(headers).toContain(`\r\ncontent-length: ${body.length}`)
    expect(decode(body).equals(plain.body)).toBe(true)
    expect(body.length).toBeLessThan(plain.body.length / 2)
  })

  it.each(['identity', 'zstd', 'br;q=0', ''])('does not apply for "%s"', async (accept) => {
    expect((await readRaw({ 'accept-encoding': accept })).headers).not.toContain('content-encoding')
  })

  it('does not apply to small answers', async () => {
    const { headers, body } = await readRaw({ 'accept-encoding': 'br' }, '{ viewer { user { name } } }')
    expect(headers).not.toContain('content-encoding')
    expect(body.toString()).toContain('{"data":{"viewer":{"user":{"name":"Owner"}}}')
  })

  it('applies to the files of GraphiQL, which are validated with their ETag', async () => {
    const path = '/graphiql/graphiql.css'
    const { headers, body } = await readRaw({ 'accept-encoding': 'br' }, '', path)
    const etag = /etag: ("[^"]+")/i.exec(headers)?.[1] ?? ''
    expect(headers).toContain('content-encoding: br')
    expect(headers).toContain('immutable')
    expect(headers).toContain('vary: accept-encoding')
    expect(brotliDecompressSync(body).length).toBeGreaterThan(body.length * 2)
    const answer = await fetch(base + path, { headers: { 'accept-encoding': 'br' } })
    const again = await fetch(base + path, {
      headers: { 'accept-encoding': 'br', 'if-none-match': answer.headers.get('etag') ?? '' },
    })
    expect([again.status, again.headers.get('etag')?.toLowerCase()]).toEqual([304, etag])
  })
})

describe('a mistake of the client', () => {
  const EXECUTION = globalId('Execution:0198f2c0-0000-7000-8000-000000000000')
  const OTHER_CURSOR = globalId(
    '["Execution","CREATED_AT","DESC","0198f2c0-0000-7000-8000-000000000000","0198f2c0-0000-7000-8000-000000000000"]',
  )
  const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`
  const GRAPHS = 'query ($first: Int, $after: String) { graphs(first: $first, after: $after) { totalCount } }'
  const NODE = 'query ($id: ID!) { node(id: $id) { id } }'
  const GRAPH = 'query ($id: ID!) { graph(id: $id) { id } }'
  const request = (body: object): string => JSON.stringify(body)

  it.each<[string, string]>([
    ['no body', ''],
    ['a body that is not JSON', '{'],
    ['a body that is a number', '5'],
    ['a body that is null', 'null'],
    ['a batch', `[${VIEWER}]`],
    ['an empty batch', '[]'],
    ['no query', '{}'],
    ['a query that is a number', request({ query: 5 })],
    ['an unknown parameter', request({ query: '{ viewer { user { name } } }', id: 1 })],
    ['variables that are a list', request({ query: '{ viewer { user { name } } }', variables: [1] })],
    ['variables that are a text', request({ query: '{ viewer { user { name } } }', variables: '{}' })],
    ['extensions that are a text', request({ query: '{ viewer { user { name } } }', extensions: 'x' })],
    ['an operationName that is a number', request({ query: 'query A { viewer { user { name } } }', operationName: 5 })],
    ['an unknown operationName', request({ query: 'query A { viewer { user { name } } }', operationName: 'B' })],
    [
      'two operations without a name',
      request({ query: 'query A { viewer { user { name } } } query B { viewer { user { name } } }' }),
    ],
    ['an empty query', request({ query: '' })],
    ['a query of a comment', request({ query: '#' })],
    ['a query of a fragment', request({ query: 'fragment A on Query { viewer { user { name } } }' })],
    ['U+0000 in the query', request({ query: '{ viewer { user { name } } \0 }' })],
    ['an unknown variable type', request({ query: 'query ($a: Nope) { viewer { user { name } } }' })],
    ['a large integer', request({ query: GRAPHS, variables: { first: 2 ** 53 } })],
    ['a larger integer', `{"query":${JSON.stringify(GRAPHS)},"variables":{"first":${'9'.repeat(400)}}}`],
    ['a literal integer that is too large', request({ query: `{ graphs(first: ${'9'.repeat(40)}) { totalCount } }` })],
    ['a negative page size', request({ query: GRAPHS, variables: { first: -1 } })],
    ['a cursor that is not base64', request({ query: GRAPHS, variables: { after: '§' } })],
    ['a cursor of another list', request({ query: GRAPHS, variables: { after: OTHER_CURSOR } })],
    ['a cursor with U+0000', request({ query: GRAPHS, variables: { after: '\0' } })],
    ['a missing variable', request({ query: GRAPH })],
    ['an id of an unknown type', request({ query: NODE, variables: { id: globalId('Nope:1') } })],
    ['an id of an internal type', request({ query: NODE, variables: { id: globalId('__Schema:1') } })],
    ['an id of a type that is not a node', request({ query: NODE, variables: { id: globalId('Query:1') } })],
    ['an id of another type', request({ query: GRAPH, variables: { id: EXECUTION } })],
    ['an id that is not base64', request({ query: GRAPH, variables: { id: '§' } })],
    ['an id with U+0000', request({ query: GRAPH, variables: { id: 'a\0b' } })],
    ['a list of unknown ids', request({ query: '{ nodes(ids: ["x", "Tm9wZTox"]) { id } }' })],
    ['a deep literal', request({ query: `{ validateGraph(document: { json: ${deep(300)} }) { __typename } }` })],
    ['a deeper literal', request({ query: `{ validateGraph(document: { json: ${deep(2000)} }) { __typename } }` })],
    ['unclosed lists', request({ query: `{ validateGraph(document: { json: ${'['.repeat(3000)}` })],
  ])('%s is answered with a code', async (_what, body) => {
    const response = await post(body)
    const text = await response.text()
    expect([response.status < 500, text.includes('Unexpected error')]).toEqual([true, false])
    const { errors } = JSON.parse(text) as { errors?: { extensions?: { code?: string } }[] }
    const codes = errors?.map(({ extensions }) => extensions?.code) ?? []
    expect(codes).toEqual(codes.map(() => expect.any(String) as string))
    expect(codes.length).toBeGreaterThan(0)
    expect(log).toEqual([])
  })

  it.each([
    'query=%',
    'query=%ff',
    'query=%00',
    'query={viewer{user{name}}}&variables=%',
    'query={viewer{user{name}}}&operationName=%zz',
    '',
  ])('the query string "%s" is answered with a code', async (query) => {
    const response = await fetch(`${base}/graphql?${query}`, { headers: KEY })
    expect(response.status).toBeLessThan(500)
    expect(await readCode(response)).toEqual(expect.any(String))
    expect(log).toEqual([])
  })

  it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS'])('the method %s is answered with the methods', async (method) => {
    const response = await fetch(`${base}/graphql`, { method, headers: KEY })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST'])
    expect(await readCode(response)).toBe('METHOD_NOT_ALLOWED')
  })
})
