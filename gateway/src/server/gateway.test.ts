import { once } from 'node:events'
import { connect } from 'node:net'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createGateway, type Gateway } from './index.ts'
import { createSession } from './session.ts'

const OWNER_KEY = 'the-key-of-the-owner'
const BASE = 'http://127.0.0.1:4000'
const BEARER = { authorization: `Bearer ${OWNER_KEY}` }
const COOKIE = { cookie: `ashlar_session=${createSession(OWNER_KEY)}` }

let runtime: TestRuntime
let gateway: Gateway
const log: string[] = []
beforeAll(async () => {
  runtime = await createTestRuntime()
  await runtime.accounts.allowKey(runtime.ownerId, OWNER_KEY, 'owner')
  const logger = { info: () => undefined, error: (message: string, error?: unknown) => log.push(`${message}: ${String(error)}`) }
  gateway = createGateway({ runtime, ownerKey: OWNER_KEY, logger })
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

async function codeOf(response: Response): Promise<unknown> {
  const { errors } = (await response.json()) as { errors?: { extensions?: { code?: string } }[] }
  return errors?.[0]?.extensions?.code
}

describe('who may ask', () => {
  const VIEWER = '{ viewer { name role } }'
  const OWNER = { data: { viewer: { name: 'Owner', role: 'OWNER' } } }

  it.each([
    ['the owner key', BEARER],
    ['the login', COOKIE],
    ['the login from our own page', { ...COOKIE, origin: BASE, 'sec-fetch-site': 'same-origin' }],
    ['the owner key from a page of another origin', { ...BEARER, origin: 'http://127.0.0.1:3000' }],
    ['the owner key under another host name', { ...BEARER, host: 'ashlar.example' }],
  ])('answers %s', async (_who, headers) => {
    const response = await post(VIEWER, headers)
    expect(await response.json()).toEqual(OWNER)
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })

  it.each([
    ['nobody', {}, 401, 'UNAUTHENTICATED'],
    ['a wrong key', { authorization: 'Bearer wrong' }, 401, 'UNAUTHENTICATED'],
    ['a header of another form', { authorization: `Basic ${OWNER_KEY}` }, 401, 'UNAUTHENTICATED'],
    ['a wrong key with a good login', { authorization: 'Bearer wrong', ...COOKIE }, 401, 'UNAUTHENTICATED'],
    ['a login of another owner key', { cookie: `ashlar_session=${createSession('other')}` }, 401, 'UNAUTHENTICATED'],
    ['the key as a cookie', { cookie: `ashlar_session=${OWNER_KEY}` }, 401, 'UNAUTHENTICATED'],
    ['an expired login', { cookie: `ashlar_session=${createSession(OWNER_KEY, 0)}` }, 401, 'UNAUTHENTICATED'],
    ['a page of another port with the login', { ...COOKIE, origin: 'http://127.0.0.1:3000' }, 403, 'FORBIDDEN'],
    ['a page of another site with the login', { ...COOKIE, 'sec-fetch-site': 'cross-site' }, 403, 'FORBIDDEN'],
    ['a rebound host name', { ...COOKIE, host: 'evil.example:4000' }, 403, 'FORBIDDEN'],
  ])('refuses %s', async (_who, headers, status, code) => {
    const response = await post(VIEWER, headers)
    expect(response.status).toBe(status)
    expect(await codeOf(response)).toBe(code)
  })

  it('says how to authenticate', async () => {
    const { errors } = (await (await post(VIEWER, {})).json()) as { errors: { message: string }[] }
    expect(errors[0]?.message).toContain('open the link that "ashlar start" printed')
    expect(errors[0]?.message).toContain('Authorization: Bearer <owner key>')
  })

  it('refuses before it reads the body', async () => {
    const request = new Request(`${BASE}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: 'no json',
    })
    expect((await gateway.fetch(request)).status).toBe(401)
    expect(request.bodyUsed).toBe(false)
  })
})

describe('/login', () => {
  it('trades the key for a cookie that is not the key', async () => {
    const response = await get(`/login?key=${OWNER_KEY}`)
    expect([response.status, response.headers.get('location')]).toEqual([303, '/graphql'])
    const cookie = response.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^ashlar_session=[\w.-]+; HttpOnly; SameSite=Strict; Path=\/; Max-Age=2592000$/)
    expect(cookie).not.toContain(OWNER_KEY)
    const answer = await post('{ viewer { name } }', { cookie: cookie.split(';', 1)[0] ?? '' })
    expect(answer.status).toBe(200)
  })

  it.each(['/login', '/login?key=', '/login?key=wrong', `/login?key=${OWNER_KEY}x`])('refuses %s', async (path) => {
    const response = await get(path)
    expect([response.status, response.headers.get('set-cookie')]).toEqual([401, null])
    expect(await response.text()).toContain('Open the link that "ashlar start" printed')
  })
})

describe('the other addresses', () => {
  it('reports to everyone that it is healthy', async () => {
    const response = await get('/health')
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok', journal: { writable: true } }])
  })
  it('reports with status 503 that the journal cannot be written, and why', async () => {
    const journal = { state: () => Promise.resolve({ writable: false as const, code: '53100' }) }
    const unwell = createGateway({ runtime: { ...runtime, journal }, ownerKey: OWNER_KEY })
    const response = await unwell.fetch(new Request('http://127.0.0.1:4000/health'))
    await unwell.close()
    expect([response.status, await response.json()]).toEqual([
      503,
      { status: 'unavailable', journal: { writable: false, code: '53100' } },
    ])
  })
  it('leads from / to the API', async () => {
    const response = await get('/')
    expect([response.status, response.headers.get('location')]).toEqual([302, '/graphql'])
  })
  it.each(['/nothing', '/x/graphql', '/x/health', '/graphql/', '/graphiql/', '/graphiql/../bin.ts', '/constructor'])(
    'knows nothing at %s',
    async (path) => {
      const response = await get(path, BEARER)
      expect([response.status, await codeOf(response)]).toEqual([404, 'NOT_FOUND'])
    },
  )
  it('changes nothing on /login but by GET', async () => {
    expect((await gateway.fetch(new Request(`${BASE}/login?key=${OWNER_KEY}`, { method: 'POST' }))).status).toBe(405)
  })
})

describe('errors', () => {
  it('masks what nobody expected', async () => {
    const failing = createGateway({
      runtime: { ...runtime, graphs: { ...runtime.graphs, list: () => Promise.reject(new TypeError('secret')) } },
      ownerKey: OWNER_KEY,
      logger: { info: () => undefined, error: (message, error) => log.push(`${message}: ${String(error)}`) },
    })
    const body = JSON.stringify({ query: '{ graphs { totalCount } }' })
    const response = await failing.fetch(
      new Request(`${BASE}/graphql`, { method: 'POST', headers: { ...BEARER, 'content-type': 'application/json' }, body }),
    )
    expect(await response.json()).toMatchObject({ errors: [{ message: 'Unexpected error.', path: ['graphs'] }] })
    expect(log).toEqual(['unexpected error at graphs: TypeError: secret'])
    await failing.close()
  })

  it('tells the code of an expected one', async () => {
    expect(await (await post('{ graphs(first: 1000) { totalCount } }')).json()).toMatchObject({
      errors: [{ extensions: { code: 'BAD_INPUT', path: ['first'] } }],
    })
    expect(log).toEqual([])
  })

  it('refuses a body of more than 32 MiB', async () => {
    const response = await post('{ __typename }', BEARER, { text: 'x'.repeat(32 * 1024 * 1024) })
    expect(response.status).toBe(413)
    expect((await post('{ __typename }', BEARER, { text: 'x'.repeat(31 * 1024 * 1024) })).status).toBe(200)
  })

  it('refuses a mutation by GET', async () => {
    const query = encodeURIComponent('mutation { deleteGraph(input: { graphId: "x" }) { __typename } }')
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

/** @returns the global id of an execution of the graph that greets */
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
    const socket = connect(port, '127.0.0.1')
    socket.end(`${lines.join('\r\n')}\r\n\r\n`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    return answer.toString().split('\r\n', 1)[0] ?? ''
  }

  it.each(['%%%', 'a b', '', '[::1', '127.0.0.1:99999', 'a/b'])('refuses the host %j, with a key too', async (host) => {
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

  it.each(['//', '/%', '*', 'http://evil.example/graphql', '//graphql'])('answers the address %j', async (path) => {
    expect(await send(`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1')).toMatch(/^HTTP\/1.1 (302|404) /)
  })

  it('tells that its port is taken', async () => {
    const other = createGateway({ runtime, ownerKey: OWNER_KEY })
    await expect(other.listen(port)).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: `port ${port} of 127.0.0.1 is taken by another program: stop it, or set PORT to another one (PORT=0 takes any free port)`,
    })
    await other.close()
  })
})
