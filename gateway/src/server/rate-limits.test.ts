import { once } from 'node:events'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createGateway, type Gateway } from './index.ts'

const OWNER_KEY = 'the-key-of-the-owner'
const WRONG = { authorization: 'Bearer wrong' }
const OWN = { authorization: `Bearer ${OWNER_KEY}` }

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime({ pluginRoots: [] })
  await runtime.apiKeys.allow(runtime.ownerId, OWNER_KEY, 'owner')
})
afterAll(() => runtime.close())

let gateway: Gateway
let base: string
beforeEach(async () => {
  const logger = { info: () => undefined, error: () => undefined }
  gateway = createGateway({ runtime, ownerKey: OWNER_KEY, trustedProxies: ['127.0.0.1'], socketsPerAddress: 4, logger })
  base = new URL(await gateway.listen(0)).origin
})
afterEach(() => gateway.close())

/** @param client the address of the client of the proxy */
function ask(headers: Record<string, string>, client = '1.2.3.4'): Promise<Response> {
  return fetch(`${base}/graphql?query={viewer{user{name}}}`, { headers: { ...headers, 'x-forwarded-for': client } })
}

function enter(token: string, client = '1.2.3.4'): Promise<Response> {
  return fetch(`${base}/login`, { method: 'POST', headers: { 'ashlar-login-token': token, 'x-forwarded-for': client } })
}

async function readStatuses(times: number, request: () => Promise<Response>): Promise<number[]> {
  const statuses: number[] = []
  for (let i = 0; i < times; i++) statuses.push((await request()).status)
  return statuses
}

async function newToken(): Promise<string> {
  return new URL((await gateway.createLoginLink(runtime.ownerId)).url).hash.slice(1)
}

const all = (status: number, length: number): number[] => Array.from({ length }, () => status)

async function expectLimited(response: Response): Promise<void> {
  expect(response.status).toBe(429)
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] })
}

describe('requests with unknown keys', () => {
  it('are rejected with 429 after 20 failures, for their address only', async () => {
    expect(await readStatuses(20, () => ask(WRONG))).toEqual(all(401, 20))
    await expectLimited(await ask(WRONG))
    await expectLimited(await ask(OWN))
    expect((await ask(OWN, '5.6.7.8')).status).toBe(200)
    expect((await ask(WRONG, '5.6.7.8')).status).toBe(401)
  })

  it('do not affect a key that was accepted before', async () => {
    expect((await ask(OWN, '9.9.9.9')).status).toBe(200)
    await readStatuses(20, () => ask(WRONG))
    expect((await ask(OWN)).status).toBe(200)
    await expectLimited(await ask(WRONG))
  })

  it('cannot choose the address that the limit applies to', async () => {
    await readStatuses(20, () => ask(WRONG))
    await expectLimited(await ask(WRONG, '8.8.8.8, 1.2.3.4'))
  })

  it('also count on WebSockets', async () => {
    const headers = { 'x-forwarded-for': '1.2.3.4' }
    for (let i = 0; i < 20; i++) {
      const socket = new WebSocket(`${base.replace('http:', 'ws:')}/graphql`, 'graphql-transport-ws', { headers })
      await once(socket, 'open')
      socket.send(JSON.stringify({ type: 'connection_init', payload: WRONG }))
      expect((await once(socket, 'close'))[0]).toBe(4403)
    }
    await expectLimited(await ask(WRONG))
  })
})

it('successful requests do not count', async () => {
  expect(await readStatuses(25, () => ask(OWN))).toEqual(all(200, 25))
  expect(await readStatuses(25, async () => enter(await newToken()))).toEqual(all(200, 25))
})

it('unknown login tokens are rejected with 429 after 20 failures, for their address only', async () => {
  const token = await newToken()
  expect(await readStatuses(20, () => enter('x'.repeat(43)))).toEqual(all(401, 20))
  await expectLimited(await enter(token))
  expect((await ask(OWN)).status).toBe(200)
  expect((await enter(token, '5.6.7.8')).status).toBe(200)
})

it('the limit of WebSockets counts the clients of a trusted proxy separately', async () => {
  const open = async (client: string): Promise<string> => {
    const headers = { 'x-forwarded-for': client }
    const socket = new WebSocket(`${base.replace('http:', 'ws:')}/graphql`, 'graphql-transport-ws', { headers })
    return Promise.race([once(socket, 'open').then(() => 'open'), once(socket, 'error').then(String)]).catch(String)
  }
  expect(await open('1.2.3.4')).toBe('open')
  expect(await open('1.2.3.4')).toContain('429')
  expect(await open('5.6.7.8')).toBe('open')
})
