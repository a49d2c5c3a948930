import { once } from 'node:events'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createGateway, type Gateway } from '../server/index.ts'
import { logIn } from '../testing/test-session.ts'

const OWNER_KEY = 'the-key-of-the-owner'
const BEARER = { authorization: `Bearer ${OWNER_KEY}` }

let runtime: TestRuntime
let gateway: Gateway
/** The URL of the server, without a path. */
let base: string
beforeAll(async () => {
  runtime = await createTestRuntime({ pluginRoots: [] })
  await runtime.apiKeys.allow(runtime.ownerId, OWNER_KEY, 'owner')
  gateway = createGateway({ runtime, ownerKey: OWNER_KEY })
  base = new URL(await gateway.listen(0)).origin
})
afterAll(async () => {
  await gateway.close()
  await runtime.close()
})

async function newToken(): Promise<string> {
  return new URL((await gateway.createLoginLink(runtime.ownerId)).url).hash.slice(1)
}

function enter(token: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${base}/login`, { method: 'POST', headers: { 'ashlar-login-token': token, ...headers } })
}

async function fetchStatus(headers: Record<string, string>): Promise<number> {
  return (await fetch(`${base}/graphql?query={viewer{user{name}}}`, { headers })).status
}

describe('a login link', () => {
  it('contains a host name that is unique to this installation, and not the owner key', async () => {
    const { url, expiresAt } = await gateway.createLoginLink(runtime.ownerId)
    expect(url).toMatch(new RegExp(`^http://[0-9a-f]{20}\\.localhost:${new URL(base).port}/login#[\\w-]{43}$`))
    expect(url).not.toContain(OWNER_KEY)
    expect(expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(10 * 60_000 + 60_000)
  })

  it('opens one session, whose cookie and page token authenticate together', async () => {
    const response = await enter(await newToken())
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store, private'])
    const cookie = response.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^ashlar_session=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Expires=.* GMT$/)
    const { pageToken } = (await response.json()) as { pageToken: string }
    const own = { cookie: cookie.split(';', 1)[0] ?? '' }
    expect(await fetchStatus({ ...own, 'ashlar-page-token': pageToken })).toBe(200)
    expect(await fetchStatus(own)).toBe(401)
  })

  it('opens one session when it is used several times concurrently', async () => {
    const token = await newToken()
    const statuses = await Promise.all(Array.from({ length: 5 }, async () => (await enter(token)).status))
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 401, 401, 401, 401])
  })

  it('is not used up by GET and HEAD requests', async () => {
    const token = await newToken()
    for (const method of ['GET', 'HEAD']) {
      const page = await fetch(`${base}/login`, { method })
      expect([page.status, page.headers.get('set-cookie')]).toEqual([200, null])
    }
    expect((await enter(token)).status).toBe(200)
  })

  it.each([
    ['is unknown', () => 'x'.repeat(43)],
    ['is empty', () => ''],
    ['is the owner key', () => OWNER_KEY],
    [
      'has expired',
      async () => {
        const token = await newToken()
        await runtime.database.pool.query(`update login_token set expires_at = now() - interval '1 second'`)
        return token
      },
    ],
  ])('is rejected when it %s', async (_why, token) => {
    const response = await enter(await token())
    expect([response.status, response.headers.get('set-cookie')]).toEqual([401, null])
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
  })

  it.each([{ origin: 'http://127.0.0.1:3000' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }])(
    'is rejected for a page with %j and stays valid',
    async (headers) => {
      const token = await newToken()
      expect((await enter(token, headers)).status).toBe(403)
      expect((await enter(token)).status).toBe(200)
    },
  )

  it('is stored as a hash', async () => {
    const token = await newToken()
    const { headers, pageToken } = await logIn(runtime, runtime.ownerId)
    const secrets = [token, pageToken, headers.cookie.split('=')[1]]
    const { rows } = await runtime.database.pool.query(
      'select (select json_agg(l) from login_token l)::text as logins, (select json_agg(s) from browser_session s)::text as sessions',
    )
    for (const secret of secrets) expect(JSON.stringify(rows)).not.toContain(secret)
  })

  it('is created only for a caller with a key', async () => {
    const ask = (headers: Record<string, string>): Promise<Response> => fetch(`${base}/login/links`, { method: 'POST', headers })
    const { url } = (await (await ask(BEARER)).json()) as { url: string }
    expect((await enter(new URL(url).hash.slice(1))).status).toBe(200)
    expect((await ask({})).status).toBe(401)
    expect((await ask({ ...(await logIn(runtime, runtime.ownerId)).cookie })).status).toBe(401)
  })

  it('points to the public URL, with a Secure cookie for https', async () => {
    const publicUrl = 'https://ashlar.example/below'
    const other = createGateway({ runtime, ownerKey: OWNER_KEY, publicUrl })
    const { url } = await other.createLoginLink(runtime.ownerId)
    expect(url).toMatch(/^https:\/\/ashlar\.example\/below\/login#[\w-]{43}$/)
    const headers = { 'ashlar-login-token': new URL(url).hash.slice(1), origin: 'https://ashlar.example' }
    const response = await other.fetch(new Request('https://ashlar.example/login', { method: 'POST', headers }))
    const cookie = response.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^__Host-ashlar_session=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Secure; Expires=/)
    await other.close()
  })
})

describe('a session', () => {
  it('expires', async () => {
    const { headers } = await logIn(runtime, runtime.ownerId)
    await runtime.database.pool.query(`update browser_session set expires_at = now() - interval '1 second'`)
    expect(await fetchStatus(headers)).toBe(401)
  })

  function logOut(headers: Record<string, string>): Promise<Response> {
    return fetch(`${base}/logout`, { method: 'POST', headers })
  }

  it('ends by logout, on the server and in the browser', async () => {
    const [one, other] = [await logIn(runtime, runtime.ownerId), await logIn(runtime, runtime.ownerId)]
    const response = await logOut(one.headers)
    expect([response.status, response.headers.get('set-cookie')]).toEqual([
      204,
      'ashlar_session=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0',
    ])
    expect([await fetchStatus(one.headers), await fetchStatus(other.headers)]).toEqual([401, 200])
    expect((await logOut(one.headers)).status).toBe(204)
  })

  it('does not end by the cookie alone, nor by a page of another origin', async () => {
    const { headers, cookie } = await logIn(runtime, runtime.ownerId)
    await logOut(cookie)
    expect((await logOut({ ...headers, origin: 'http://127.0.0.1:3000' })).status).toBe(403)
    expect(await fetchStatus(headers)).toBe(200)
  })

  it('ends with all sessions and login links of its user on a logout with a key', async () => {
    const [one, other, token] = [await logIn(runtime, runtime.ownerId), await logIn(runtime, runtime.ownerId), await newToken()]
    expect((await logOut({ authorization: 'Bearer wrong' })).status).toBe(401)
    expect((await logOut(BEARER)).status).toBe(204)
    expect([await fetchStatus(one.headers), await fetchStatus(other.headers), (await enter(token)).status]).toEqual([
      401, 401, 401,
    ])
  })

  it('closes only its own WebSockets when it ends', async () => {
    const [one, other] = [await logIn(runtime, runtime.ownerId), await logIn(runtime, runtime.ownerId)]
    const [ending, staying] = [await acknowledged(one.headers), await acknowledged(other.headers)]
    const closed = once(ending, 'close')
    await logOut(one.headers)
    expect((await closed)[0]).toBe(4403)
    expect(staying.readyState).toBe(WebSocket.OPEN)
    staying.terminate()
  })

  it('closes its event streams when it ends', async () => {
    const { headers } = await logIn(runtime, runtime.ownerId)
    const query = 'subscription { blocksChanged { __typename } }'
    const response = await fetch(`${base}/graphql`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query }),
    })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const ended = response.text().then(
      () => 'ended',
      () => 'cut',
    )
    await logOut(headers)
    expect(await ended).toBe('cut')
  })

  it('closes its sockets when another process ends it', async () => {
    const { headers } = await logIn(runtime, runtime.ownerId)
    const socket = await acknowledged(headers)
    const closed = once(socket, 'close')
    const other = await createTestRuntime({ role: 'gateway', databaseUrl: runtime.database.url, pluginRoots: [] })
    await other.browserSessions.endAll(runtime.ownerId)
    expect((await closed)[0]).toBe(4403)
    await other.close()
  })

  async function acknowledged(headers: Record<string, string>): Promise<WebSocket> {
    const socket = new WebSocket(`${base.replace('http:', 'ws:')}/graphql`, 'graphql-transport-ws', { headers })
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'connection_init' }))
    await once(socket, 'message')
    return socket
  }
})
