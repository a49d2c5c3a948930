import { once } from 'node:events'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { createClient, type Client } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket, type ClientOptions } from 'ws'
import { createGateway, type Gateway } from './index.ts'
import { createSession } from './session.ts'

const OWNER_KEY = 'the-key-of-the-owner'
const COOKIE = `ashlar_session=${createSession(OWNER_KEY)}`

let runtime: TestRuntime
let gateway: Gateway
let url: string
const log: string[] = []
beforeAll(async () => {
  runtime = await createTestRuntime()
  await runtime.accounts.allowKey(runtime.ownerId, OWNER_KEY, 'owner')
  const logger = { info: () => undefined, error: (message: string, error?: unknown) => log.push(`${message}: ${String(error)}`) }
  gateway = createGateway({ runtime, ownerKey: OWNER_KEY, logger })
  url = (await gateway.listen(0)).replace('http:', 'ws:')
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

describe('who may connect', () => {
  const VIEWER = '{ viewer { name } }'

  it.each([
    ['the login of the upgrade request', { headers: { cookie: COOKIE } }, {}],
    [
      'the login from our own page',
      () => ({ headers: { cookie: COOKIE }, origin: url.replace('ws:', 'http:').replace('/graphql', '') }),
      {},
    ],
    ['the owner key in connectionParams', {}, { authorization: `Bearer ${OWNER_KEY}` }],
    [
      'the owner key in connectionParams, from another origin',
      { origin: 'http://127.0.0.1:3000' },
      { authorization: `Bearer ${OWNER_KEY}` },
    ],
    ['the owner key of the upgrade request', { headers: { authorization: `Bearer ${OWNER_KEY}`, host: 'ashlar.example' } }, {}],
  ])('takes %s', async (_what, options, params) => {
    const client = connect(typeof options === 'function' ? options() : options, params)
    expect(await ask(client, VIEWER)).toEqual([{ data: { viewer: { name: 'Owner' } } }])
  })

  it.each([
    ['nobody', {}, {}],
    ['a wrong key', {}, { authorization: 'Bearer wrong' }],
    ['a wrong key with a good login', { headers: { cookie: COOKIE } }, { authorization: 'Bearer wrong' }],
    ['an expired login', { headers: { cookie: `ashlar_session=${createSession(OWNER_KEY, 0)}` } }, {}],
  ])('closes %s with 4403', async (_what, options, params) => {
    await expect(ask(connect(options, params), VIEWER)).rejects.toMatchObject({ code: 4403 })
  })

  it.each([
    [
      'a page of another origin with the login',
      { headers: { cookie: COOKIE }, origin: 'http://127.0.0.1:3000' },
      '/graphql',
      403,
    ],
    ['a rebound host name', { headers: { cookie: COOKIE, host: 'evil.example' } }, '/graphql', 403],
    ['another address', {}, '/other', 404],
  ])('refuses the upgrade of %s', async (_what, options, path, status) => {
    const socket = new WebSocket(new URL(path, url), 'graphql-transport-ws', options)
    const [error] = (await once(socket, 'error').catch((thrown: unknown) => [thrown])) as [Error]
    expect(error.message).toContain(String(status))
  })

  it('closes with 4401 who subscribes before the greeting', async () => {
    const socket = new WebSocket(url, 'graphql-transport-ws', { headers: { cookie: COOKIE } })
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: VIEWER } }))
    expect((await once(socket, 'close'))[0]).toBe(4401)
  })
})

describe('operations', () => {
  const params = { authorization: `Bearer ${OWNER_KEY}` }

  it('follows an execution', async () => {
    const graph = await runtime.graphs.create(runtime.ownerId, {
      name: 'One',
      document: { nodes: [{ id: 'one', block: 'text/template', inputs: { format: 'Hello', values: {} } }] },
    })
    const execution = await runtime.executions.start(runtime.ownerId, { graphId: graph.id, inputs: {} })
    const executionId = Buffer.from(`Execution:${execution.id}`).toString('base64url')
    const query = 'subscription ($id: ID!) { executionEvents(executionId: $id) { seq __typename } }'
    const results = await ask(connect({}, params), query, { id: executionId })
    expect(results[0]).toEqual({ data: { executionEvents: { seq: 1, __typename: 'ExecutionStarted' } } })
    expect(results.at(-1)).toMatchObject({ data: { executionEvents: { __typename: 'ExecutionFinished' } } })
  })

  it.each([
    ['of its syntax', '{', 'Syntax Error: Expected Name, found <EOF>.'],
    ['of a field that is not there', '{ nothing }', 'Cannot query field "nothing" on type "Query".'],
  ])('tells an error %s', async (_what, query, message) => {
    await expect(ask(connect({}, params), query)).rejects.toMatchObject([{ message }])
  })

  it('masks what nobody expected', async () => {
    const { list } = runtime.graphs
    runtime.graphs.list = () => Promise.reject(new TypeError('secret'))
    expect(await ask(connect({}, params), '{ graphs { totalCount } }')).toMatchObject([
      { errors: [{ message: 'Unexpected error.' }] },
    ])
    runtime.graphs.list = list
    expect(log.splice(0)).toEqual(['unexpected error at graphs: TypeError: secret'])
  })

  it('masks what breaks a subscription', async () => {
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
    expect(log.splice(0)).toEqual(['unexpected error: TypeError: secret'])
  })
})

describe('bad clients', () => {
  it('are closed when they send what is no message, and the next one is served', async () => {
    const socket = new WebSocket(url, 'graphql-transport-ws', { headers: { cookie: COOKIE } })
    await once(socket, 'open')
    socket.send('no message')
    expect((await once(socket, 'close'))[0]).toBe(4400)
    expect(await ask(connect({ headers: { cookie: COOKIE } }), '{ __typename }')).toEqual([{ data: { __typename: 'Query' } }])
  })

  it('are closed when they speak another protocol', async () => {
    const socket = new WebSocket(url, 'graphql-ws')
    const [error] = (await once(socket, 'error').catch((thrown: unknown) => [thrown])) as [Error]
    expect(error.message).toContain('Server sent no subprotocol')
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
