import { once } from 'node:events'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createGateway, type Gateway } from './index.ts'

// Ada changes her keys and her organization through the first gateway. Clients use the second one, which has another
// process in production: here, another runtime with the same database.
let runtimes: TestRuntime[]
let gateways: Gateway[]
let url: string
let session: string
beforeAll(async () => {
  const first = await createTestRuntime({ pluginRoots: [] })
  const second = await createTestRuntime({ role: 'gateway', pluginRoots: [], databaseUrl: first.database.url })
  runtimes = [first, second]
  gateways = runtimes.map((runtime) => createGateway({ runtime, ownerKey: 'the-key-of-the-owner' }))
  url = (await gateways[1]?.listen(0)) ?? ''
  const ada = await first.users.create('Ada')
  session = (await first.apiKeys.create(ada.id, UNLIMITED)).secret
})
afterAll(async () => {
  for (const each of [...gateways, ...runtimes].toReversed()) await each.close()
})

const UNLIMITED = { name: 'test', scopes: null, accountIds: null, graphIds: null, expiresAt: null }
const VIEWER = '{ viewer { user { name } } }'

type Json = Record<string, any> // oxlint-disable-line no-explicit-any -- answers are compared as JSON

function send(key: string, query: string, accept = 'application/json'): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', accept }
  return fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) })
}

/** Changes something as Ada, through the first gateway. */
async function change(mutation: string): Promise<Json> {
  const headers = { authorization: `Bearer ${session}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ query: `mutation { ${mutation} }` })
  const response = await gateways[0]?.fetch(new Request('http://127.0.0.1/graphql', { method: 'POST', headers, body }))
  if (!response) throw new Error('no gateway')
  return ((await response.json()) as Json).data
}

async function createKey(input = 'scopes: [READ_GRAPHS, READ_EXECUTIONS]'): Promise<{ secret: string; id: string }> {
  const { createApiKey } = await change(
    `createApiKey(input: { name: "ci", ${input} }) { secret apiKey { id } errors { message } }`,
  )
  expect(createApiKey.errors).toEqual([])
  return { secret: createApiKey.secret, id: createApiKey.apiKey.id }
}

async function revoke(id: string): Promise<void> {
  const { revokeApiKey } = await change(`revokeApiKey(input: { apiKeyId: "${id}" }) { errors { message } }`)
  expect(revokeApiKey.errors).toEqual([])
}

async function connect(key: string): Promise<WebSocket> {
  const socket = new WebSocket(url.replace('http:', 'ws:'), 'graphql-transport-ws')
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } }))
  await once(socket, 'message')
  return socket
}

it('authenticates its user, and does what its scopes allow', async () => {
  const { secret } = await createKey()
  expect(await (await send(secret, VIEWER)).json()).toMatchObject({ data: { viewer: { user: { name: 'Ada' } } } })
  const create = 'mutation { createGraph(input: { name: "g", document: { nodes: [] } }) { errors { code message } } }'
  expect(await (await send(secret, create)).json()).toMatchObject({
    data: { createGraph: { errors: [{ code: 'FORBIDDEN', message: expect.stringContaining('WRITE_GRAPHS') }] } },
  })
})

describe('when a key is revoked', () => {
  it('another gateway refuses it, and closes its WebSockets with 4403', async () => {
    const { secret, id } = await createKey()
    const socket = await connect(secret)
    const closed = once(socket, 'close')
    await revoke(id)
    expect((await closed)[0]).toBe(4403)
    expect((await send(secret, VIEWER)).status).toBe(401)
  })

  it('another gateway ends its event streams', async () => {
    const { secret, id } = await createKey()
    const response = await send(secret, 'subscription { executionsChanged { __typename } }', 'text/event-stream')
    expect(response.status).toBe(200)
    const ended = response.text().then(
      () => 'ended',
      () => 'cut',
    )
    await revoke(id)
    expect(await ended).toBe('cut')
  })

  it('the other keys of the user continue to work', async () => {
    const [kept, revoked] = [await createKey(), await createKey()]
    const socket = await connect(kept.secret)
    await revoke(revoked.id)
    expect((await send(revoked.secret, VIEWER)).status).toBe(401)
    expect((await send(kept.secret, VIEWER)).status).toBe(200)
    expect(socket.readyState).toBe(WebSocket.OPEN)
    socket.close()
  })
})

it('closes the WebSockets of a member who loses a role', async () => {
  const [first] = runtimes
  if (!first) throw new Error('no runtime')
  const bob = await first.users.create('Bob')
  const { secret } = await first.apiKeys.create(bob.id, UNLIMITED)
  const { createOrganization } = await change('createOrganization(input: { name: "Acme" }) { account { id } }')
  const accountId: string = createOrganization.account.id
  const { inviteMember } = await change(`inviteMember(input: { accountId: "${accountId}", role: EDITOR }) { token }`)
  await send(secret, `mutation { acceptInvitation(input: { token: "${inviteMember.token}" }) { errors { code } } }`)
  const socket = await connect(secret)
  const closed = once(socket, 'close')
  const bare = Buffer.from(accountId, 'base64url').toString().split(':')[1]
  const { rows } = await first.database.pool.query<{ id: string }>(
    'select id from member where account_id = $1 and user_id = $2',
    [bare, bob.id],
  )
  const memberId = Buffer.from(`Member:${rows[0]?.id}`).toString('base64url')
  await change(`removeMember(input: { memberId: "${memberId}" }) { errors { code } }`)
  expect((await closed)[0]).toBe(4403)
  expect((await send(secret, VIEWER)).status).toBe(200) // Bob still has the personal account
})

describe('refuses', () => {
  it.each([
    ['a key with a wrong checksum', (key: string) => `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`],
    ['the prefix of a key', (key: string) => key.slice(0, 8)],
    ['the id of a key', (_key: string, id: string) => id],
    ['a key in another case', (key: string) => key.toUpperCase()],
    ['a very long key', (key: string) => key + 'x'.repeat(5000)],
  ])('%s', async (_what, forge) => {
    const { secret, id } = await createKey()
    expect((await send(forge(secret, id), VIEWER)).status).toBe(401)
  })

  it('a key in the URL, which servers and browsers log', async () => {
    const { secret } = await createKey()
    for (const name of ['key', 'token', 'access_token', 'api_key', 'authorization']) {
      const response = await fetch(`${url}?query=${encodeURIComponent(VIEWER)}&${name}=${secret}`)
      expect(response.status).not.toBe(200)
    }
  })

  it('a limited key that asks for a login link, which would open a session without limits', async () => {
    const { secret } = await createKey('scopes: [MANAGE_ACCOUNT]')
    const response = await fetch(new URL('/login/links', url), {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}` },
    })
    expect(response.status).toBe(403)
  })
})
