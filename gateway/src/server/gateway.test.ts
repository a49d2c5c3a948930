import { once } from 'node:events'
import { connect } from 'node:net'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createGateway, type Gateway } from './index.ts'
import { logIn, type TestLogin } from '../testing/test-session.ts'

const OWNER_KEY = 'the-key-of-the-owner'
const BASE = 'http://127.0.0.1:4000'
const BEARER = { authorization: `Bearer ${OWNER_KEY}` }

let runtime: TestRuntime
let gateway: Gateway
let login: TestLogin
const log: string[] = []
beforeAll(async () => {
  runtime = await createTestRuntime()
  await runtime.apiKeys.allow(runtime.ownerId, OWNER_KEY, 'owner')
  const logger = { info: () => undefined, error: (message: string, error?: unknown) => log.push(`${message}: ${String(error)}`) }
  gateway = createGateway({ runtime, ownerKey: OWNER_KEY, logger })
  login = await logIn(runtime, runtime.ownerId)
})
afterAll(async () => {
  await gateway.close()
  await runtime.close()
})
afterEach(() => void log.splice(0))

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return gateway.fetch(new Request(BASE + path, { headers }))
}

function post(query: string, headers: Record<string, string> = BEARER, variables?: object): Promise<Response> {
  const body = JSON.stringify({ query, variables })
  return gateway.fetch(
    new Request(`${BASE}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body }),
  )
}

async function readCode(response: Response): Promise<unknown> {
  const { errors } = (await response.json()) as { errors?: { extensions?: { code?: string } }[] }
  return errors?.[0]?.extensions?.code
}

describe('authentication', () => {
  const VIEWER = '{ viewer { user { name role } } }'
  const OWNER = { data: { viewer: { user: { name: 'Owner', role: 'OWNER' } } } }

  it.each<[string, () => Record<string, string>]>([
    ['the owner key', () => BEARER],
    ['a session with its page token', () => login.headers],
    ['a session from our own page', () => ({ ...login.headers, origin: BASE, 'sec-fetch-site': 'same-origin' })],
    ['the owner key from a page of another origin', () => ({ ...BEARER, origin: 'http://127.0.0.1:3000' })],
    ['the owner key with another host name', () => ({ ...BEARER, host: 'ashlar.example' })],
  ])('accepts %s', async (_who, headers) => {
    const response = await post(VIEWER, headers())
    expect(await response.json()).toMatchObject(OWNER)
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })

  it.each<[string, () => Record<string, string> | Promise<Record<string, string>>, number, string]>([
    ['a request without a login', () => ({}), 401, 'UNAUTHENTICATED'],
    ['a wrong key', () => ({ authorization: 'Bearer wrong' }), 401, 'UNAUTHENTICATED'],
    ['an Authorization header of another scheme', () => ({ authorization: `Basic ${OWNER_KEY}` }), 401, 'UNAUTHENTICATED'],
    ['a wrong key with a valid session', () => ({ authorization: 'Bearer wrong', ...login.headers }), 401, 'UNAUTHENTICATED'],
    ['the cookie alone, which browsers also send for pages of other ports', () => login.cookie, 401, 'UNAUTHENTICATED'],
    ['the page token alone', () => ({ 'ashlar-page-token': login.pageToken }), 401, 'UNAUTHENTICATED'],
    [
      'the cookie of one session with the page token of another',
      async () => ({ ...(await logIn(runtime, runtime.ownerId)).headers, ...login.cookie }),
      401,
      'UNAUTHENTICATED',
    ],
    ['the key as a cookie', () => ({ ...login.headers, cookie: `ashlar_session=${OWNER_KEY}` }), 401, 'UNAUTHENTICATED'],
    ['a page of another port with a session', () => ({ ...login.headers, origin: 'http://127.0.0.1:3000' }), 403, 'FORBIDDEN'],
    ['a page of another site with a session', () => ({ ...login.headers, 'sec-fetch-site': 'cross-site' }), 403, 'FORBIDDEN'],
    ['a rebound host name', () => ({ ...login.headers, host: 'evil.example:4000' }), 403, 'FORBIDDEN'],
    ['a host name below localhost that is not ours', () => ({ ...login.headers, host: 'evil.localhost:4000' }), 403, 'FORBIDDEN'],
  ])('rejects %s', async (_who, headers, status, code) => {
    const response = await post(VIEWER, await headers())
    expect(response.status).toBe(status)
    expect(await readCode(response)).toBe(code)
  })

  it('explains in the error how to authenticate', async () => {
    const { errors } = (await (await post(VIEWER, {})).json()) as { errors: { message: string }[] }
    expect(errors[0]?.message).toContain('open a link that this command prints: ashlar login')
    expect(errors[0]?.message).toContain('Authorization: Bearer <key>')
  })

  it('shows the login command of the installation in errors and on every page', async () => {
    const other = createGateway({ runtime, ownerKey: OWNER_KEY, loginCommand: `ASHLAR_DATA_DIR='/srv/a & b' ashlar login` })
    const open = async (path: string): Promise<string> => {
      const request = new Request(BASE + path, { headers: { accept: 'text/html' } })
      return (await other.fetch(request)).text()
    }
    const shown = `<pre><code>ASHLAR_DATA_DIR=&#39;/srv/a &#38; b&#39; ashlar login</code></pre>`
    expect(await open('/login')).toContain(shown)
    expect(await open('/graphql')).toContain(shown)
    const failed = await other.fetch(
      new Request(`${BASE}/graphql?query={viewer{user{name}}}`, { headers: { accept: 'application/json' } }),
    )
    expect(await failed.text()).toContain(`this command prints: ASHLAR_DATA_DIR='/srv/a & b' ashlar login; in a program`)
    await other.close()
  })

  it('rejects a request before it reads the body', async () => {
    const request = new Request(`${BASE}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: 'not JSON',
    })
    expect((await gateway.fetch(request)).status).toBe(401)
    expect(request.bodyUsed).toBe(false)
  })
})

describe('other paths', () => {
  it('reports a healthy server without authentication', async () => {
    const response = await get('/health')
    expect([response.status, await response.json()]).toEqual([
      200,
      { status: 'ok', journal: { writable: true }, sandbox: { isolation: runtime.sandbox?.isolation } },
    ])
  })
  it('reports with status 503 why the journal cannot be written', async () => {
    const journal = { state: () => Promise.resolve({ writable: false as const, code: '53100' }) }
    const failing = createGateway({ runtime: { ...runtime, journal }, ownerKey: OWNER_KEY })
    const response = await failing.fetch(new Request('http://127.0.0.1:4000/health'))
    await failing.close()
    expect([response.status, await response.json()]).toEqual([
      503,
      { status: 'unavailable', journal: { writable: false, code: '53100' }, sandbox: { isolation: runtime.sandbox?.isolation } },
    ])
  })
  it('queries the database once for many requests to /health', async () => {
    let queries = 0
    const isolation = (): ReturnType<typeof runtime.isolation> => {
      queries++
      return runtime.isolation()
    }
    const counting = createGateway({ runtime: { ...runtime, isolation }, ownerKey: OWNER_KEY })
    const ask = (): Promise<Response> => counting.fetch(new Request('http://127.0.0.1:4000/health'))
    await Promise.all(Array.from({ length: 20 }, ask))
    await counting.close()
    expect(queries).toBe(1)
  })
  it('publishes the JSON Schema of documents without authentication', async () => {
    const response = await get('/schemas/graph-document.json')
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/schema+json; charset=utf-8'])
    expect(await response.json()).toMatchObject({ $id: 'graph-document.json', required: ['nodes'] })
  })
  it('redirects from / to the API', async () => {
    const response = await get('/')
    expect([response.status, response.headers.get('location')]).toEqual([302, '/graphql'])
  })
  it.each(['/nothing', '/x/graphql', '/x/health', '/schemas/', '/graphql/', '/graphiql/', '/graphiql/../bin.ts', '/constructor'])(
    'responds with 404 to %s',
    async (path) => {
      const response = await get(path, BEARER)
      expect([response.status, await readCode(response)]).toEqual([404, 'NOT_FOUND'])
    },
  )
  it.each([
    ['/health', 'POST', 'GET, HEAD'],
    ['/logout', 'GET', 'POST'],
    ['/login/links', 'GET', 'POST'],
    ['/login', 'DELETE', 'GET, HEAD, POST'],
  ])('lists the accepted methods of %s in the response to %s', async (path, method, allow) => {
    const response = await gateway.fetch(new Request(BASE + path, { method, headers: BEARER }))
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow])
  })
})

describe('errors', () => {
  it('masks an unexpected error', async () => {
    const as: typeof runtime.as = (caller) => {
      const api = runtime.as(caller)
      vi.spyOn(api.graphs, 'list').mockRejectedValue(new TypeError('secret'))
      return api
    }
    const failing = createGateway({
      runtime: { ...runtime, as },
      ownerKey: OWNER_KEY,
      logger: { info: () => undefined, error: (message, error) => log.push(`${message}: ${String(error)}`) },
    })
    const body = JSON.stringify({ query: '{ graphs { totalCount } }' })
    const response = await failing.fetch(
      new Request(`${BASE}/graphql`, { method: 'POST', headers: { ...BEARER, 'content-type': 'application/json' }, body }),
    )
    const requestId = response.headers.get('x-request-id')
    expect(log).toEqual([`unexpected error at graphs (request ${requestId}): TypeError: secret`])
    expect(await response.json()).toMatchObject({
      errors: [{ message: 'Unexpected error.', path: ['graphs'], extensions: { code: 'INTERNAL_SERVER_ERROR', requestId } }],
    })
    await failing.close()
  })

  it('returns the code of an expected error', async () => {
    expect(await (await post('{ graphs(first: 1000) { totalCount } }')).json()).toMatchObject({
      errors: [{ extensions: { code: 'BAD_INPUT', path: ['first'] } }],
    })
    expect(log).toEqual([])
  })

  it('rejects a body of more than 32 MiB', async () => {
    const response = await post('{ __typename }', BEARER, { text: 'x'.repeat(32 * 1024 * 1024) })
    expect(response.status).toBe(413)
    expect((await post('{ __typename }', BEARER, { text: 'x'.repeat(31 * 1024 * 1024) })).status).toBe(200)
  })

  it.each(['variables={', 'variables=%ff', 'extensions=x'])('rejects a URL with %s as a client error', async (part) => {
    const response = await get(`/graphql?query={__typename}&${part}`, BEARER)
    expect([response.status, await readCode(response), log]).toEqual([400, 'BAD_REQUEST', []])
  })

  it('hides the stack of a failure in the request pipeline', async () => {
    const callers = { ...runtime.callers, ofSession: () => Promise.reject(new TypeError('secret')) }
    const failing = createGateway({
      runtime: { ...runtime, callers },
      ownerKey: OWNER_KEY,
      logger: { info: () => undefined, error: (message, error) => log.push(`${message}: ${String(error)}`) },
    })
    const response = await failing.fetch(new Request(`${BASE}/graphql?query={__typename}`, { headers: login.headers }))
    const text = await response.text()
    expect([response.status, text.includes('Unexpected error.'), /secret|\.ts|    at /.test(text)]).toEqual([500, true, false])
    await failing.close()
  })

  it('rejects a mutation by GET', async () => {
    const query = encodeURIComponent('mutation { forkGraph(input: { graphId: "x" }) { __typename } }')
    expect((await get(`/graphql?query=${query}`, BEARER)).status).toBe(405)
  })
})

it('sends the events of an execution as server-sent events', async () => {
  const execution = await startHello(runtime)
  const query = `subscription ($id: ID!) { executionEvents(executionId: $id) { seq __typename ... on ExecutionFinished { outputs } } }`
  const response = await post(query, { ...BEARER, accept: 'text/event-stream' }, { id: execution })
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const text = await response.text()
  expect(text).toContain('"seq":1,"__typename":"ExecutionStarted"')
  expect(text).toContain('"outputs":{"greeting":["Hello Ada!"]}')
  expect(text.trimEnd()).toMatch(/event: complete\ndata:$/)
})

it.each([0, 5])('completes the event stream of a finished execution whose last event is %d before "after"', async (beyond) => {
  const id = await startHello(runtime)
  const query = 'subscription ($id: ID!, $after: ID) { executionEvents(executionId: $id, after: $after) { seq } }'
  const follow = async (after?: string): Promise<string> =>
    (await post(query, { ...BEARER, accept: 'text/event-stream' }, { id, after })).text()
  const all = await follow()
  const last = Math.max(...[...all.matchAll(/"seq":(\d+)/g)].map(([, seq]) => Number(seq)))
  const executionId = Buffer.from(id, 'base64url').toString().replace('Execution:', '')
  const text = await follow(Buffer.from(`ExecutionEvent:${executionId}:${last + beyond}`).toString('base64url'))
  expect(text).not.toContain('event: next')
  expect(text.trimEnd()).toMatch(/event: complete\ndata:$/)
})

it('continues an event stream after the header Last-Event-ID', async () => {
  const execution = await startHello(runtime)
  const query = 'subscription ($id: ID!, $after: ID) { executionEvents(executionId: $id, after: $after) { id } }'
  const follow = async (headers: object, after?: string): Promise<string> =>
    (await post(query, { ...BEARER, ...headers, accept: 'text/event-stream' }, { id: execution, after })).text()
  const readIds = (text: string): string[] => [...text.matchAll(/^id: (.+)$/gm)].map(([, id]) => id ?? '')
  const all = await follow({})
  const ids = readIds(all)
  expect(ids.length).toBeGreaterThan(3)
  expect([...all.matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id)).toEqual(ids)
  expect(readIds(await follow({ 'last-event-id': ids[1] }))).toEqual(ids.slice(2))
  expect(readIds(await follow({ 'last-event-id': ids[1] }, ids[0]))).toEqual(ids.slice(2))
  expect(await follow({ 'last-event-id': 'x' })).toContain('"code":"BAD_INPUT"')
})

it('continues the changes of executions after the header Last-Event-ID', async () => {
  const query = 'subscription { executionsChanged { id execution { id } } }'
  const response = await post(query, { ...BEARER, accept: 'text/event-stream' })
  const [execution, first] = await Promise.all([startHello(runtime), readFirstId(response)])
  expect(first).toMatch(/^[\w-]{40,}$/)
  const resumed = await post(query, { ...BEARER, accept: 'text/event-stream', 'last-event-id': first })
  expect(await readUntil(resumed, new RegExp(execution))).toContain(execution)
})

async function readFirstId(response: Response): Promise<string> {
  return /^id: (.+)$/m.exec(await readUntil(response, /^id: .+$[^]+\n\n/m))?.[1] ?? ''
}

/** Reads the beginning of an endless stream, and ends it. */
async function readUntil({ body }: Response, pattern: RegExp): Promise<string> {
  let text = ''
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString()
    if (pattern.test(text)) break
  }
  return text
}

it('sends each event with the current state of its execution', async () => {
  const query = 'subscription ($id: ID!) { executionEvents(executionId: $id) { __typename execution { status } } }'
  const response = await post(query, { ...BEARER, accept: 'text/event-stream' }, { id: await startHello(runtime) })
  const last = [...(await response.text()).matchAll(/^data: (.+)$/gm)].at(-1)?.[1] ?? ''
  expect(JSON.parse(last)).toEqual({
    data: { executionEvents: { __typename: 'ExecutionFinished', execution: { status: 'COMPLETED' } } },
  })
})

/** Starts an execution of a graph that greets. @returns the global id of the execution */
async function startHello({ graphs, executions, ownerId }: TestRuntime): Promise<string> {
  const document = {
    nodes: [
      { id: 'name', block: 'io/input', inputs: { name: 'name' } },
      { id: 'greet', block: 'text/template', inputs: { format: 'Hello {{ name }}!' } },
      { id: 'out', block: 'io/output', inputs: { name: 'greeting' } },
    ],
    links: [
      { from: 'name.result', to: 'greet.values_#_name' },
      { from: 'greet.output', to: 'out.value' },
    ],
  }
  const graph = await graphs.create(ownerId, { name: 'Hello', document })
  await executions.start(ownerId, { graphId: graph.id, inputs: { name: 'Ada' } })
  const newest = await post('{ executions(first: 1) { edges { node { id } } } }')
  const { data } = (await newest.json()) as { data: { executions: { edges: { node: { id: string } }[] } } }
  return data.executions.edges[0]?.node.id ?? ''
}

describe('over a port', () => {
  let port: number
  let listening: Gateway
  beforeAll(async () => {
    listening = createGateway({ runtime, ownerKey: OWNER_KEY })
    port = Number(new URL(await listening.listen(0)).port)
  })
  afterAll(() => listening.close())

  /** @returns the status line */
  async function send(...lines: string[]): Promise<string> {
    return (await sendAll(...lines)).split('\r\n', 1)[0] ?? ''
  }

  async function sendAll(...lines: string[]): Promise<string> {
    const socket = connect(port, '127.0.0.1')
    socket.write(`${lines.join('\r\n')}\r\n\r\n`) // Node does not respond on a connection that the client has half-closed
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    return answer.toString()
  }

  it.each(['%%%', 'a b', '', '[::1', '127.0.0.1:99999', 'a/b'])('rejects the host %j even with a key', async (host) => {
    const key = `Authorization: Bearer ${OWNER_KEY}`
    expect(await send('GET /health HTTP/1.1', `Host: ${host}`, key)).toBe('HTTP/1.1 400 Bad Request')
    const upgrade = [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version: 13',
    ]
    expect(await send('GET /graphql HTTP/1.1', `Host: ${host}`, key, ...upgrade)).toBe('HTTP/1.1 400 Bad Request')
  })

  it.each(['//', '/%', '/%zz', '/%00', '/%c0%ae', '//graphql', '//a:99999999/', '//['])(
    'responds with 404 to %j',
    async (path) => {
      expect(await send(`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1')).toMatch(/^HTTP\/1.1 404 /)
    },
  )

  const TARGETS = [
    '*',
    'http://evil.example/graphql',
    'http://127.0.0.1/health',
    'http://[::1/',
    'http://',
    'file:///etc/passwd',
    'x',
    '?a',
  ]
  it.each(['GET', 'OPTIONS', 'POST'].flatMap((method) => TARGETS.map((target) => [method, target])))(
    'rejects %s %s without a stack',
    async (method, target) => {
      const answer = await sendAll(`${method} ${target} HTTP/1.1`, 'Host: 127.0.0.1', `Authorization: Bearer ${OWNER_KEY}`)
      expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/)
      expect(answer).not.toMatch(/Error|\.[jt]s/)
    },
  )

  it.each([
    ['CONNECT evil.example:443 HTTP/1.1', 405],
    ['TRACE / HTTP/1.1', 405],
    ['PRI * HTTP/2.0', 400],
    ['GET /health', 400],
    ['GET /health HTTP/9.9', 400],
    ['NONSENSE', 400],
  ])('responds to the request line %j with %d', async (line, status) => {
    expect(await send(line, 'Host: 127.0.0.1')).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  })

  it.each([
    ['a tunnel', ['CONNECT evil.example:443 HTTP/1.1', 'Host: 127.0.0.1']],
    ['an upgrade', ['GET /other HTTP/1.1', 'Host: 127.0.0.1', 'Connection: Upgrade', 'Upgrade: websocket']],
  ])('closes the connection of a rejected request for %s that the client keeps half open', async (_what, lines) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.resume().write(`${lines.join('\r\n')}\r\n\r\n`)
    await once(socket, 'end')
    const closed = new Promise<string>((resolve) => socket.once('error', (error) => resolve(error.message)))
    const writing = setInterval(() => socket.write('more'), 20)
    expect(await closed).toMatch(/EPIPE|ECONNRESET/)
    clearInterval(writing)
  })

  it('serves HTTP/1.0 without a host', async () => {
    expect(await send('GET /health HTTP/1.0')).toMatch(/^HTTP\/1.1 200 /)
  })

  it.each([
    ['no host', []],
    ['two hosts', ['Host: 127.0.0.1', 'Host: evil.example']],
    ['two lengths', ['Host: 127.0.0.1', 'Content-Length: 0', 'Content-Length: 1']],
    ['a length and chunks', ['Host: 127.0.0.1', 'Content-Length: 0', 'Transfer-Encoding: chunked']],
    ['an unknown transfer encoding', ['Host: 127.0.0.1', 'Transfer-Encoding: xchunked']],
    ['a folded header', ['Host: 127.0.0.1', 'X: a', ' b']],
    ['a space before a colon', ['Host: 127.0.0.1', 'Authorization : x']],
    ['U+0000 in a header', ['Host: 127.0.0.1', 'X: a\0b']],
  ])('rejects a request with %s', async (_what, headers) => {
    expect(await send('GET /health HTTP/1.1', ...headers)).toBe('HTTP/1.1 400 Bad Request')
  })

  it('returns a URL at which the host is reachable', async () => {
    const other = createGateway({ runtime, ownerKey: OWNER_KEY })
    const url = await other.listen(0, 'localhost')
    expect((await fetch(new URL('/health', url))).status).toBe(200)
    await other.close()
  })

  it('rejects a port that is in use', async () => {
    const other = createGateway({ runtime, ownerKey: OWNER_KEY })
    await expect(other.listen(port)).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: `port ${port} of 127.0.0.1 is already in use: stop the other program, or set PORT to another port (PORT=0 selects a free one)`,
    })
    await other.close()
  })
})
