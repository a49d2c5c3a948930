import { once } from 'node:events'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { tokenIssuersSchema } from '../base/token-issuer.ts'
import { startTestIssuer, TEST_AUDIENCE, type TestIssuer } from '../testing/test-issuer.ts'
import { createGateway, type Gateway } from './index.ts'

const OWNER_KEY = 'the-key-of-the-owner'

let runtime: TestRuntime
let issuer: TestIssuer
beforeAll(async () => {
  runtime = await createTestRuntime({ pluginRoots: [] })
  await runtime.apiKeys.allow(runtime.ownerId, OWNER_KEY, 'owner')
  issuer = await startTestIssuer()
  await issuer.addKey('ES256', 'one')
})
afterAll(async () => {
  await issuer.close()
  await runtime.close()
})

let gateway: Gateway
let base: string
let log: string[]
beforeEach(() => open({ signUp: true }))
afterEach(() => gateway.close())

async function open(fields: object): Promise<void> {
  log = []
  const write = (line: string): void => void log.push(line)
  const tokenIssuers = tokenIssuersSchema.parse([{ issuer: issuer.issuer, audience: TEST_AUDIENCE, ...fields }])
  const logger = { info: write, error: write }
  gateway = createGateway({ runtime, ownerKey: OWNER_KEY, trustedProxies: ['127.0.0.1'], tokenIssuers, logger })
  base = new URL(await gateway.listen(0)).origin
}

async function reopen(fields: object): Promise<void> {
  await gateway.close()
  await open(fields)
}

function ask(token: string, { query = '{ viewer { user { name } } }', client = '1.2.3.4' } = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': client, 'content-type': 'application/json' }
  return fetch(`${base}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
}

const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds
const signed = (claims?: Record<string, unknown>): Promise<string> => issuer.sign(claims)

it('authenticates the user of the token, and creates the user at the first time', async () => {
  const token = await signed({ sub: 'grace', name: 'Grace' })
  for (let i = 0; i < 2; i++)
    expect(await (await ask(token)).json()).toMatchObject({ data: { viewer: { user: { name: 'Grace' } } } })
  const { rows } = await runtime.database.pool.query(`select count(*)::int as count from identity where subject = 'grace'`)
  expect(rows).toEqual([{ count: 1 }])
})

it('does not create users unless the issuer may', async () => {
  await reopen({})
  const response = await ask(await signed({ sub: 'stranger' }))
  expect(response.status).toBe(403)
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] })
})

it('still accepts the owner key', async () => {
  expect((await ask(OWNER_KEY)).status).toBe(200)
  expect((await ask(`${OWNER_KEY}-not`)).status).toBe(401)
})

it('limits the caller to the scopes of the token', async () => {
  await reopen({ signUp: true, scopesClaim: 'scope' })
  const query = '{ graphs { edges { node { id } } } }'
  expect(await (await ask(await signed({ scope: 'READ_GRAPHS' }), { query })).json()).toMatchObject({
    data: { graphs: { edges: [] } },
  })
  for (const scope of ['READ_EXECUTIONS', 'read_graphs', undefined])
    expect(await (await ask(await signed({ scope }), { query })).json()).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    })
})

it.each(['/login/links', '/logout'])('does not give a session without an end, nor end those of the user: %s', async (path) => {
  const headers = { authorization: `Bearer ${await signed()}` }
  const response = await fetch(`${base}${path}`, { method: 'POST', headers })
  expect(response.status).toBe(403)
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] })
})

describe('an invalid token', () => {
  it('is answered without the reason, which is in the log', async () => {
    const response = await ask(await signed({ exp: 1_000_000 }))
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="ashlar", error="invalid_token"')
    const { errors } = (await response.json()) as { errors: { message: string }[] }
    expect(errors).toEqual([
      {
        message: 'the token in the Authorization header is invalid or has expired: obtain a new one from its issuer',
        extensions: { code: 'UNAUTHENTICATED' },
      },
    ])
    expect(log).toEqual(['1.2.3.4: a token was rejected: it expired at 1970-01-12T13:46:40.000Z'])
  })

  it('has the same answer for each reason, and counts for the limit of its address', async () => {
    const known = await signed()
    expect((await ask(known)).status).toBe(200)
    const bodies = new Set<string>()
    for (let i = 0; i < 5; i++)
      for (const token of [
        await signed({ aud: 'other' }),
        await signed({ iss: 'https://other.example' }),
        `${known}A`,
        `${known.split('.').slice(0, 2).join('.')}.`,
      ])
        bodies.add(await (await ask(token)).text())
    expect(bodies.size).toBe(1)
    expect((await ask(await signed({ jti: 'new' }))).status).toBe(429)
    expect((await ask(known)).status).toBe(200)
    expect((await ask(await signed({ jti: 'new' }), { client: '5.6.7.8' })).status).toBe(200)
  })

  it('does not appear in the log', async () => {
    const token = await signed({ exp: 1_000_000, sub: 'secret-subject' })
    await ask(token)
    expect(log.join()).not.toContain('secret-subject')
    for (const part of token.split('.')) expect(log.join()).not.toContain(part)
  })
})

describe('an issuer that is down', () => {
  it('is answered with 503, which does not count for the limit, and degrades its health', async () => {
    issuer.respond = (_request, response) => void response.writeHead(500).end()
    await reopen({ signUp: true })
    for (let i = 0; i < 25; i++) {
      const response = await ask(await signed())
      expect(response.status).toBe(503)
      expect(response.headers.get('retry-after')).toBe('5')
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'ISSUER_UNAVAILABLE' } }] })
    }
    const health = await fetch(`${base}/health`)
    expect(health.status).toBe(200)
    expect(await health.json()).toMatchObject({ status: 'ok', tokenIssuers: [{ issuer: issuer.issuer, status: 'degraded' }] })
    issuer.respond = undefined
  })
})

describe('a token that expires', () => {
  const subscription = { query: 'subscription { blocksChanged { __typename } }' }

  it('closes its WebSockets with 4403', async () => {
    await reopen({ signUp: true, clockToleranceSeconds: 0 })
    const authorization = `Bearer ${await signed({ exp: inSeconds(2) })}`
    const socket = new WebSocket(`${base.replace('http:', 'ws:')}/graphql`, 'graphql-transport-ws')
    await once(socket, 'open')
    const closed = once(socket, 'close')
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }))
    expect(String((await once(socket, 'message'))[0])).toContain('connection_ack')
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: subscription }))
    const [code] = (await closed) as [number]
    expect(code).toBe(4403)
    expect((await ask(authorization.slice('Bearer '.length))).status).toBe(401)
  })

  it('ends its event streams', async () => {
    await reopen({ signUp: true, clockToleranceSeconds: 0 })
    const headers = {
      authorization: `Bearer ${await signed({ exp: inSeconds(2) })}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    }
    const response = await fetch(`${base}/graphql`, { method: 'POST', headers, body: JSON.stringify(subscription) })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    await expect(response.text()).rejects.toThrow('terminated')
  })
})
