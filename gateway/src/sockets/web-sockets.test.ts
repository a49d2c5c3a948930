import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { createClient, type Client } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket, type ClientOptions } from 'ws'
import { createGateway, type Gateway } from '../server/index.ts'
import { logIn, type TestLogin } from '../testing/test-session.ts'

const OWNER_KEY = 'the-key-of-the-owner'
const APP = 'https://app.example'

let runtime: TestRuntime
let gateway: Gateway
let url: string
let login: TestLogin
const log: string[] = []
beforeAll(async () => {
  runtime = await createTestRuntime()
  await runtime.apiKeys.allow(runtime.ownerId, OWNER_KEY, 'owner')
  const logger = { info: () => undefined, error: (message: string, error?: unknown) => log.push(`${message}: ${String(error)}`) }
  gateway = createGateway({ runtime, ownerKey: OWNER_KEY, corsOrigins: [APP], logger })
  url = (await gateway.listen(0)).replace('http:', 'ws:')
  login = await logIn(runtime, runtime.ownerId)
})
afterAll(async () => {
  await gateway.close()
  await runtime.close()
})

function connect(options: ClientOptions = {}, connectionParams: Record<string, unknown> = {}): Client {
  class Socket extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols, options)
    }
  }
  return createClient({ url, webSocketImpl: Socket, connectionParams, retryAttempts: 0, lazy: true })
}

async function ask(client: Client, query: string, variables: Record<string, unknown> = {}): Promise<unknown[]> {
  const results: unknown[] = []
  for await (const result of client.iterate({ query, variables })) results.push(result)
  await client.dispose()
  return results
}

describe('authentication', () => {
  const VIEWER = '{ viewer { user { name } } }'

  const KEY = { authorization: `Bearer ${OWNER_KEY}` }
  const ownOrigin = (): string => url.replace('ws:', 'http:').replace('/graphql', '')

  it.each<[string, () => ClientOptions, () => Record<string, unknown>]>([
    ['the session of the upgrade request', () => ({ headers: login.headers }), () => ({})],
    [
      'a session with its page token in connectionParams',
      () => ({ headers: login.cookie }),
      () => ({ pageToken: login.pageToken }),
    ],
    [
      'a session from our own page',
      () => ({ headers: login.cookie, origin: ownOrigin() }),
      () => ({ pageToken: login.pageToken }),
    ],
    ['the owner key in connectionParams', () => ({}), () => KEY],
    ['the owner key in connectionParams, from our own page', () => ({ origin: ownOrigin() }), () => KEY],
    ['the owner key in connectionParams, from an allowed origin', () => ({ origin: APP }), () => KEY],
    ['the owner key of the upgrade request', () => ({ headers: { ...KEY, host: 'ashlar.example' } }), () => ({})],
  ])('accepts %s', async (_what, options, params) => {
    const client = connect(options(), params())
    expect(await ask(client, VIEWER)).toMatchObject([{ data: { viewer: { user: { name: 'Owner' } } } }])
  })

  it.each<[string, () => ClientOptions, Record<string, unknown>]>([
    ['a client without a login', () => ({}), {}],
    ['a wrong key', () => ({}), { authorization: 'Bearer wrong' }],
    ['a wrong key with a valid session', () => ({ headers: login.headers }), { authorization: 'Bearer wrong' }],
    ['the session cookie from an allowed origin', () => ({ headers: login.headers, origin: APP }), {}],
    ['the session cookie alone', () => ({ headers: login.cookie }), {}],
    ['the session cookie with a wrong page token', () => ({ headers: login.cookie }), { pageToken: 'wrong' }],
  ])('closes %s with 4403', async (_what, options, params) => {
    await expect(ask(connect(options(), params), VIEWER)).rejects.toMatchObject({ code: 4403 })
  })

  it.each<[string, () => ClientOptions, string, number]>([
    [
      'a page of another port with a session',
      () => ({ headers: login.headers, origin: 'http://127.0.0.1:3000' }),
      '/graphql',
      403,
    ],
    ['a page of another origin with a key', () => ({ headers: KEY, origin: 'http://127.0.0.1:3000' }), '/graphql', 403],
    ['a page of another origin without a login', () => ({ origin: 'https://evil.example' }), '/graphql', 403],
    ['a page with an opaque origin', () => ({ headers: KEY, origin: 'null' }), '/graphql', 403],
    [
      'a page of a rebound host with a key',
      () => ({ headers: { ...KEY, host: 'evil.example' }, origin: 'http://evil.example' }),
      '/graphql',
      403,
    ],
    ['a rebound host name', () => ({ headers: { ...login.headers, host: 'evil.example' } }), '/graphql', 403],
    ['another path', () => ({}), '/other', 404],
  ])('rejects the upgrade of %s', async (_what, options, path, status) => {
    const socket = new WebSocket(new URL(path, url), 'graphql-transport-ws', options())
    const [error] = (await once(socket, 'error').catch((thrown: unknown) => [thrown])) as [Error]
    expect(error.message).toContain(String(status))
  })

  it('closes with 4401 a client that subscribes before connection_init', async () => {
    const socket = new WebSocket(url, 'graphql-transport-ws', { headers: login.headers })
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: VIEWER } }))
    expect((await once(socket, 'close'))[0]).toBe(4401)
  })
})

describe('operations', () => {
  const params = { authorization: `Bearer ${OWNER_KEY}` }

  it('streams the events of an execution', async () => {
    const graph = await runtime.graphs.create(runtime.ownerId, {
      name: 'One',
      document: { nodes: [{ id: 'one', block: 'text/template', inputs: { format: 'Hello', values: {} } }] },
    })
    const execution = await runtime.executions.start(runtime.ownerId, { graphId: graph.id, inputs: {} })
    const executionId = Buffer.from(`Execution:${execution.id}`).toString('base64url')
    const query = 'subscription ($id: ID!) { executionEvents(executionId: $id) { seq __typename } }'
    const results = await ask(connect({}, params), query, { id: executionId })
    expect(results[0]).toMatchObject({ data: { executionEvents: { seq: 1, __typename: 'ExecutionStarted' } } })
    expect(results.at(-1)).toMatchObject({ data: { executionEvents: { __typename: 'ExecutionFinished' } } })
  })

  it.each([
    ['a syntax error', '{', 'Syntax Error: Expected Name, found <EOF>.'],
    ['an unknown field', '{ nothing }', 'Cannot query field "nothing" on type "Query".'],
  ])('returns the error of %s', async (_what, query, message) => {
    await expect(ask(connect({}, params), query)).rejects.toMatchObject([{ message }])
  })

  it('masks an unexpected error', async () => {
    const { list } = runtime.graphs
    runtime.graphs.list = () => Promise.reject(new TypeError('secret'))
    expect(await ask(connect({}, params), '{ graphs { totalCount } }')).toMatchObject([
      { errors: [{ message: 'Unexpected error.' }] },
    ])
    runtime.graphs.list = list
    expect(log.splice(0)).toEqual([
      expect.stringMatching(/^unexpected error at graphs \(request [\w-]{36}\): TypeError: secret$/),
    ])
  })

  it('masks an unexpected error in a subscription', async () => {
    const { follow } = runtime.executions
    runtime.executions.follow = async () => {
      return (async function* () {
        yield { type: 'ExecutionStarted' as const, inputs: {}, seq: 1, at: 0 }
        throw new TypeError('secret')
      })()
    }
    const id = Buffer.from(`Execution:${crypto.randomUUID()}`).toString('base64url')
    const query = `subscription { executionEvents(executionId: "${id}") { seq } }`
    const thrown = await ask(connect({}, params), query).catch((error: unknown) => error)
    runtime.executions.follow = follow
    expect(JSON.stringify(thrown)).toContain('Unexpected error.')
    expect(JSON.stringify(thrown)).not.toContain('secret')
    expect(log.splice(0)).toEqual([expect.stringMatching(/^unexpected error \(request [\w-]{36}\): TypeError: secret$/)])
  })
})

describe('invalid clients', () => {
  const KEY = { authorization: `Bearer ${OWNER_KEY}` }
  const EXECUTION = Buffer.from(`Execution:${crypto.randomUUID()}`).toString('base64url')
  const FOLLOW = 'subscription ($id: ID!) { executionEvents(executionId: $id) { seq } }'

  /** Sends messages after the acknowledgement. @returns the answers until the operation ends or the socket closes */
  async function exchange(...messages: (string | object)[]): Promise<unknown[]> {
    const socket = new WebSocket(url, 'graphql-transport-ws')
    const answers: unknown[] = []
    const ended = Promise.withResolvers<void>()
    socket.on('message', (data) => {
      const answer = JSON.parse(String(data)) as { type: string }
      if (answer.type === 'connection_ack')
        return messages.forEach((each) => socket.send(typeof each === 'string' ? each : JSON.stringify(each)))
      answers.push(answer)
      if (answer.type !== 'next') ended.resolve()
    })
    socket.once('close', (code) => {
      answers.push(code)
      ended.resolve()
    })
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'connection_init', payload: KEY }))
    await ended.promise
    socket.terminate()
    return answers
  }

  const subscribe = (payload: object): object => ({ type: 'subscribe', id: '1', payload })
  const BLOCKS = subscribe({ query: 'subscription { blocksChanged { at } }' })

  it.each<[string, (string | object)[], number]>([
    ['text that is not JSON', ['{'], 4400],
    ['JSON that is not an object', ['5'], 4400],
    ['an unknown type', [{ type: 'start', id: '1' }], 4400],
    ['a query that is a number', [subscribe({ query: 5 })], 4400],
    ['no query', [subscribe({})], 4400],
    ['variables that are a list', [subscribe({ query: '{ __typename }', variables: [1] })], 4400],
    [
      'a number that is too large',
      [`{"type":"subscribe","id":"1","payload":{"query":"{ __typename }","variables":{"a":1e999}}}`],
      4400,
    ],
    ['an id that is in use', [BLOCKS, BLOCKS], 4409],
    ['a second connection_init', [{ type: 'connection_init' }], 4429],
  ])('are closed when they send %s', async (_what, messages, code) => {
    expect((await exchange(...messages)).at(-1)).toBe(code)
    expect(log).toEqual([])
  })

  it.each<[string, object, string, string]>([
    ['a syntax error', { query: '{' }, 'error', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', { query: '{ nothing }' }, 'error', 'GRAPHQL_VALIDATION_FAILED'],
    ['an unknown operation', { query: 'query A { __typename }', operationName: 'B' }, 'error', 'OPERATION_RESOLUTION_FAILURE'],
    ['an execution that does not exist', { query: FOLLOW, variables: { id: EXECUTION } }, 'next', 'NOT_FOUND'],
    ['an id of another type', { query: FOLLOW, variables: { id: 'VXNlcjox' } }, 'next', 'BAD_INPUT'],
    ['a missing variable', { query: FOLLOW }, 'next', 'BAD_INPUT'],
    [
      'a variable of another type',
      { query: 'query ($n: Int) { graphs(first: $n) { totalCount } }', variables: { n: 'x' } },
      'next',
      'BAD_INPUT',
    ],
  ])('receive a code for %s', async (_what, payload, type, code) => {
    const [answer] = (await exchange(subscribe(payload))) as [{ type: string; payload: { errors: object[] } | object[] }]
    const [error] = 'errors' in answer.payload ? answer.payload.errors : answer.payload
    expect(answer.type).toBe(type)
    expect(error).toMatchObject({ extensions: { code } })
    expect(JSON.stringify(error)).not.toContain('"http"')
    expect(log).toEqual([])
  })

  it('receive the id of their request', async () => {
    const socket = new WebSocket(url, 'graphql-transport-ws', { headers: { 'x-request-id': 'r7' } })
    const [response] = (await once(socket, 'upgrade')) as [{ headers: Record<string, string> }]
    expect(response.headers['x-request-id']).toBe('r7')
    socket.terminate()
  })

  it('do not affect the next client when they send an invalid message', async () => {
    const socket = new WebSocket(url, 'graphql-transport-ws', { headers: login.headers })
    await once(socket, 'open')
    socket.send('not a message')
    expect((await once(socket, 'close'))[0]).toBe(4400)
    expect(await ask(connect({ headers: login.headers }), '{ __typename }')).toMatchObject([{ data: { __typename: 'Query' } }])
  })

  it('are closed when they request another protocol', async () => {
    const socket = new WebSocket(url, 'graphql-ws')
    const [error] = (await once(socket, 'error').catch((thrown: unknown) => [thrown])) as [Error]
    expect(error.message).toContain('Server sent no subprotocol')
  })
})

describe('limits', () => {
  async function opened(address = url): Promise<WebSocket> {
    const socket = new WebSocket(address, 'graphql-transport-ws')
    await once(socket, 'open')
    return socket
  }

  async function acknowledged(address = url): Promise<WebSocket> {
    const socket = await opened(address)
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${OWNER_KEY}` } }))
    await once(socket, 'message')
    return socket
  }

  async function waitForClose(socket: WebSocket): Promise<number> {
    socket.on('error', () => undefined) // the client may write after the server has closed the connection
    return ((await once(socket, 'close')) as [number])[0]
  }

  it.each([
    ['one message', [JSON.stringify({ type: 'connection_init', payload: { x: 'x'.repeat(65 * 1024) } })]],
    ['many messages', Array.from({ length: 70 }, () => JSON.stringify({ type: 'ping', payload: { x: 'x'.repeat(1000) } }))],
  ])('closes with 1009 a client that sends more than 64 KiB before it is acknowledged, in %s', async (_how, messages) => {
    const socket = await opened()
    for (const message of messages) socket.send(message)
    expect(await waitForClose(socket)).toBe(1009)
  })

  it('closes with 1009 a client that starts a large message before it is acknowledged', async () => {
    const socket = await opened()
    for (let part = 0; part < 70; part++) socket.send('x'.repeat(1000), { fin: false })
    expect(await waitForClose(socket)).toBe(1009)
  })

  it('does not read the rest of a message that is too large before the acknowledgement', async () => {
    const socket = await opened()
    const sent = new Promise((resolve) => socket.send('x'.repeat(31 * 1024 * 1024), resolve))
    expect(await waitForClose(socket)).toBe(1009)
    expect(await sent).toBeInstanceOf(Error)
  })

  it.each([
    ['nested too deeply', `{"id":"1","type":"subscribe","payload":${'['.repeat(2000)}`, 'levels of lists and objects'],
    ['with a query of 2 MB', JSON.stringify({ payload: { query: 'x'.repeat(2_000_000) } }), 'the query text has more than'],
  ])('closes with 1009 an acknowledged client that sends a message %s', async (_what, message, reason) => {
    const socket = await acknowledged()
    socket.send(message)
    const [code, given] = (await once(socket, 'close')) as [number, Buffer]
    expect([code, String(given)]).toEqual([1009, expect.stringContaining(reason)])
  })

  it('returns the error of a query that exceeds a limit', async () => {
    const query = `{ ${Array.from({ length: 51 }, (_, i) => `a${i}: __typename`).join(' ')} }`
    await expect(ask(connect({}, { authorization: `Bearer ${OWNER_KEY}` }), query)).rejects.toMatchObject([
      { message: expect.stringContaining('51 aliases') as string, extensions: { code: 'LIMIT_EXCEEDED' } },
    ])
  })

  it('returns the error of a subscription that is too expensive', async () => {
    const plugins = 'plugins { versions(first: 100) { edges { node { version } } } }'
    const query = `subscription { blocksChanged { ${'abcdefghijklmnopqrst'.replaceAll(/./g, (name) => `${name}: ${plugins} `)} } }`
    expect(await ask(connect({}, { authorization: `Bearer ${OWNER_KEY}` }), query)).toMatchObject([
      { errors: [{ extensions: { code: 'COST_EXCEEDED' } }] },
    ])
  })

  it('returns a large result, and its cost', async () => {
    const text = 'large é "$&" '.repeat(50_000)
    const execution = await runtime.executions.runBlock(runtime.ownerId, {
      block: 'text/template',
      inputs: { format: text, values: {} },
    })
    for await (const _event of await runtime.executions.follow(runtime.ownerId, execution.id, 0));
    const query = `{ executions(first: 1) { edges { node { events { edges { node { ... on NodeOutput { value } } } } } } } }`
    const [answer] = await ask(connect({}, { authorization: `Bearer ${OWNER_KEY}` }), query)
    expect(JSON.stringify(answer)).toContain(`{"value":${JSON.stringify(text)}}`)
    expect(answer).toHaveProperty('extensions.cost.requested')
  })

  it('accepts a large message of an acknowledged client', async () => {
    const query = 'query ($value: Boolean = true) { __typename @include(if: $value) }'
    const variables = { unused: 'x'.repeat(1024 * 1024) }
    const answer = await ask(connect({}, { authorization: `Bearer ${OWNER_KEY}` }), query, variables)
    expect(answer).toMatchObject([{ data: { __typename: 'Query' } }])
  })

  it('closes with 1009 an acknowledged client that sends a message of more than 32 MiB', async () => {
    const socket = await acknowledged()
    socket.send('x'.repeat(32 * 1024 * 1024 + 1))
    expect(await waitForClose(socket)).toBe(1009)
  })

  it('cuts a client that sends queries and does not read their results', async () => {
    const inputs = { format: 'x'.repeat(4_000_000), values: {} }
    const { id: graphId } = await runtime.graphs.create(runtime.ownerId, {
      name: 'Large',
      document: { nodes: [{ id: 'n', block: 'text/template', inputs }] },
    })
    const socket = await acknowledged()
    const results: unknown[] = []
    socket.on('message', (data) => results.push(data))
    socket.pause()
    const query = '{ graphs(first: 1) { edges { node { activeVersion { document { json } } } } } }'
    for (let i = 0; i < 30; i++) socket.send(JSON.stringify({ id: `${i}`, type: 'subscribe', payload: { query } }))
    await setTimeout(2000)
    const closed = waitForClose(socket)
    socket.resume()
    expect([1006, 1013]).toContain(await closed)
    expect(results.length).toBeLessThan(20)
    await runtime.graphs.delete(runtime.ownerId, [graphId])
  })

  it('logs nothing when a client resets its connection before it has read its results', async () => {
    const socket = await acknowledged()
    socket.pause()
    const query = '{ blocks(first: 100) { edges { node { description inputSchema outputSchema } } } }'
    for (let i = 0; i < 60; i++) socket.send(JSON.stringify({ id: `${i}`, type: 'subscribe', payload: { query } }))
    const closed = once(socket, 'close')
    await setTimeout(1000)
    const { _socket: connection } = socket as unknown as { _socket: Socket }
    connection.resetAndDestroy()
    await closed
    await ask(connect({}, { authorization: `Bearer ${OWNER_KEY}` }), query)
    expect(log).toEqual([])
  })

  it('closes with 4408 a client that sends nothing', async () => {
    expect(await waitForClose(await opened())).toBe(4408)
  })

  it('rejects sockets of an address above the limit until one closes', async () => {
    const small = createGateway({ runtime, ownerKey: OWNER_KEY, socketsPerAddress: 4 })
    const address = (await small.listen(0)).replace('http:', 'ws:')
    const attempt = (): Promise<unknown> =>
      opened(address).then(
        () => 'accepted',
        (error: Error) => error.message,
      )
    const waiting = await opened(address)
    expect(await attempt()).toContain('429')
    waiting.close()
    await once(waiting, 'close')
    const sockets = [
      await acknowledged(address),
      await acknowledged(address),
      await acknowledged(address),
      await acknowledged(address),
    ]
    expect(await attempt()).toContain('429')
    sockets[0]?.close()
    await expect.poll(attempt).toBe('accepted')
    await small.close()
  })
})

it('ends its connections when the gateway closes', async () => {
  const other = createGateway({ runtime, ownerKey: OWNER_KEY })
  const socket = new WebSocket((await other.listen(0)).replace('http:', 'ws:'), 'graphql-transport-ws')
  await once(socket, 'open')
  const closed = once(socket, 'close')
  await other.close()
  expect((await closed)[0]).toBe(1001)
})
