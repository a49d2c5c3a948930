import type { ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { BUILTIN_PLUGINS, createTestRuntime, startTestService, type TestRuntime, type TestService } from '../testing/index.ts'
import { createHttpClient } from '../capabilities/index.ts'
import { createRenewals, type RenewalParts } from './renewals.ts'
import { createSecretBox } from './secret-box.ts'

const SECRET_KEY = Buffer.alloc(32, 'oauth').toString('base64')
const REDIRECT_URI = 'http://127.0.0.1:4000/oauth/callback'
let service: TestService
let runtime: TestRuntime
beforeAll(async () => {
  service = await startTestService()
  runtime = await createTestRuntime(config())
})
afterAll(async () => {
  await runtime.close()
  await service.close()
})
afterEach(async () => {
  service.onToken = service.onRevoke = undefined
  service.lifeSeconds = 3600
  const { items } = await runtime.credentials.list(runtime.ownerId, { first: 100 })
  for (const { id } of items) await runtime.credentials.delete(runtime.ownerId, id)
  await vi.waitUntil(() => service.asked.revoke.length >= items.length)
  for (const list of [...Object.values(service.given), ...Object.values(service.asked)]) list.length = 0
  runtime.failures.length = 0
})

function config() {
  const { pluginRoot, clients: oauthClients } = service
  return { pluginRoots: [BUILTIN_PLUGINS, pluginRoot], oauthClients, httpAllow: ['127.0.0.1'], secretKeys: [SECRET_KEY] }
}

/** A user grants access at the service. */
async function authorize(request: { name?: string; scopes?: string[] } = {}) {
  const asked = { provider: 'service/service', redirectUri: REDIRECT_URI, ...request }
  const { url } = await runtime.authorizations.start(runtime.ownerId, asked)
  const back = await service.grant(url)
  return runtime.authorizations.finish(runtime.ownerId, Object.fromEntries(back.searchParams))
}

/** @returns what the nodes yielded, in the order of their ends, or the errors with which they failed; and the journal as text */
async function run(block: string, { times = 1, inputs = {}, on = runtime } = {}) {
  const nodes = Array.from({ length: times }, (_, i) => ({ id: `n${i}`, block, inputs }))
  const { id: graphId } = await on.graphs.create(on.ownerId, { name: block, document: { nodes, links: [] } })
  const { id } = await on.executions.start(on.ownerId, { graphId, inputs: {} })
  const results: unknown[] = []
  let journal = ''
  for await (const event of await on.executions.follow(on.ownerId, id, 0)) {
    journal += JSON.stringify(event)
    if (event.type === 'NodeOutput') results.push(event.value)
    if (event.type === 'NodeFinished' && event.error) results.push(event.error)
  }
  return { results, journal }
}

/** Renewals of a process of its own. */
function openRenewals(clients: RenewalParts['clients'] = service.clients) {
  const http = createHttpClient({ allow: ['127.0.0.1'] })
  const findProvider = (name: string) => runtime.plugins.providers().find(({ qualifiedName }) => qualifiedName === name)
  const { pool } = runtime.database
  const box = createSecretBox([SECRET_KEY])
  return { http, renewals: createRenewals({ pool, box, http, clients, findProvider }) }
}

async function only() {
  const { items } = await runtime.credentials.list(runtime.ownerId, { first: 1 })
  if (!items[0]) throw new Error('there is no credential')
  return items[0]
}

const refreshes = (): number => service.asked.token.filter((asked) => asked.get('grant_type') === 'refresh_token').length
const last = (list: string[]): string => list.at(-1) ?? ''
const masked = (text: string): string => '*'.repeat(text.length)
const expires = (seconds: number): Promise<unknown> =>
  runtime.database.pool.query(`update credential set expires_at = now() + make_interval(secs => $1), renewed_at = null`, [
    seconds,
  ])

describe('a token', () => {
  it('is sent, shown to nobody, and revealed without what renews it', async () => {
    await authorize()
    const { results, journal } = await run('service/get')
    const [access, refresh] = [last(service.given.access), last(service.given.refresh)]
    expect(service.asked.api).toEqual([`Bearer ${access}`])
    expect(results).toEqual([`200 you are Bearer ${masked(access)}, you say `])
    expect(journal).not.toContain(access)
    const revealed = await run('service/reveal')
    expect(JSON.parse(String(revealed.results[0]))).toEqual([['read'], { type: 'OAUTH2', accessToken: access }])
    expect(revealed.journal).not.toContain(refresh)
    const { rows } = await runtime.database.pool.query('select * from credential')
    expect(JSON.stringify(rows) + String(rows[0]?.secret)).not.toMatch(/(access|refresh)-/)
  })

  it('is refused to a block that needs more than was granted', async () => {
    await authorize({ name: 'work' })
    const message =
      'block service/write needs the credential "work" of service/service to have the additional scopes write: ' +
      'grant access with the mutation startAuthorization or the command: ' +
      'ashlar credential add service/service --name work --scope read --scope write'
    expect((await run('service/write')).results).toEqual([{ code: 'CREDENTIAL_MISSING', message }])
    await authorize({ name: 'work', scopes: ['read', 'write'] })
    expect((await run('service/write')).results).toEqual([expect.stringMatching(/^200 /)])
    const added = await runtime.credentials.list(runtime.ownerId, { first: 10 })
    expect(added.items.map(({ name, scopes }) => [name, scopes])).toEqual([['work', ['read', 'write']]])
  })

  it('that is about to expire is renewed first, with the new refresh token each time', async () => {
    await authorize()
    for (const times of [1, 2, 3]) {
      await expires(30)
      expect((await run('service/get')).results).toEqual([expect.stringMatching(/^200 /)])
      expect(refreshes()).toBe(times)
    }
    expect(new Set(service.asked.api).size).toBe(3)
  })

  it('that has expired is renewed once, however many nodes want it', async () => {
    await authorize()
    await expires(-10)
    service.forgetAccess()
    const { results, journal } = await run('service/get', { times: 20 })
    expect(results.map((result) => String(result).slice(0, 4))).toEqual(Array(20).fill('200 '))
    expect([refreshes(), new Set(service.asked.api).size]).toEqual([1, 1])
    expect(journal).not.toMatch(/(access|refresh)-/)
  })

  it('is renewed once by two workers that share a database', async () => {
    await authorize()
    await expires(-10)
    service.forgetAccess()
    const other = await createTestRuntime({ ...config(), databaseUrl: runtime.database.url })
    const ended = await Promise.all([runtime, other, runtime, other].map((on) => run('service/get', { times: 10, on })))
    expect(ended.flatMap(({ results }) => results).filter((result) => !String(result).startsWith('200 '))).toEqual([])
    expect(refreshes()).toBe(1)
    await other.close()
  })

  it('that the service takes no more is renewed, and the request sent again if that can be', async () => {
    await authorize()
    await expires(3600)
    service.forgetAccess()
    const { results, journal } = await run('service/get', { inputs: { n: 'body' } })
    const [old = '', fresh = ''] = service.given.access
    expect(service.asked.api).toEqual([`Bearer ${old}`, `Bearer ${fresh}`])
    expect(results).toEqual([`200 you are Bearer ${masked(fresh)}, you say body`])
    expect(journal).not.toMatch(/(access|refresh)-/)
  })

  it('is not renewed for a body that is gone', async () => {
    await authorize()
    await expires(3600)
    service.forgetAccess()
    expect((await run('service/stream')).results).toEqual([expect.stringMatching(/^401 you .* you say streamed$/)])
    expect(refreshes()).toBe(0)
  })

  it('that has just come is not renewed again', async () => {
    await authorize()
    service.forgetAccess()
    expect((await run('service/get')).results).toEqual([expect.stringMatching(/^401 /)])
    expect(refreshes()).toBe(0)
  })

  it('that was got while the worker closes is kept', async () => {
    await authorize()
    await expires(-10)
    const { renewals, http } = openRenewals()
    const asked = Promise.withResolvers<ServerResponse>()
    service.onToken = asked.resolve
    const renewing = renewals.renew((await only()).id, last(service.given.access))
    const response = await asked.promise
    const closed = renewals.close()
    response.end('{"access_token":"the-new-one","refresh_token":"the-next-one"}')
    await closed
    await http.close()
    expect((await renewing)?.secret).toMatchObject({ accessToken: 'the-new-one', refreshToken: 'the-next-one' })
    const { rows } = await runtime.database.pool.query('select status, expires_at, renewal_until from credential')
    expect(rows).toEqual([{ status: 'READY', expires_at: null, renewal_until: null }])
    service.onToken = undefined
    await run('service/get')
    expect(service.asked.api.at(-1)).toBe('Bearer the-new-one')
  })

  it('that came late is kept, although another has been refused meanwhile with what it was got with', async () => {
    await authorize()
    await expires(-10)
    const [slow, quick] = [openRenewals(), openRenewals()]
    const { id } = await only()
    const spent = last(service.given.access)
    const asked = Promise.withResolvers<ServerResponse>()
    service.onToken = asked.resolve
    const renewing = slow.renewals.renew(id, spent)
    const response = await asked.promise
    await runtime.database.pool.query('update credential set renewal_until = now()')
    service.onToken = (other) => other.writeHead(400).end('{"error":"invalid_grant"}')
    await expect(quick.renewals.renew(id, spent)).rejects.toMatchObject({ code: 'CREDENTIAL_EXPIRED' })
    expect((await only()).status).toBe('NEEDS_AUTHORIZATION')
    response.end('{"access_token":"the-new-one","refresh_token":"the-next-one"}')
    expect((await renewing)?.secret.refreshToken).toBe('the-next-one')
    expect((await only()).status).toBe('READY')
    expect((await quick.renewals.renew(id, spent))?.secret.refreshToken).toBe('the-next-one')
    await Promise.all([slow.http.close(), quick.http.close()])
  })

  it('whose renewal is refused has to be authorized again', async () => {
    await authorize({ name: 'work' })
    await expires(-10)
    service.forgetRefresh()
    const error = {
      code: 'CREDENTIAL_EXPIRED',
      message:
        'the credential "work" of service/service has expired or was revoked: grant access with the mutation ' +
        'startAuthorization or the command: ashlar credential add service/service --name work',
    }
    const { results, journal } = await run('service/get')
    expect(results).toEqual([error])
    expect(journal).not.toContain('s3cret')
    expect((await run('service/get')).results).toEqual([error])
    expect([refreshes(), (await only()).status]).toEqual([1, 'NEEDS_AUTHORIZATION'])
    await authorize({ name: 'work' })
    expect((await only()).status).toBe('READY')
    expect((await run('service/get')).results).toEqual([expect.stringMatching(/^200 /)])
  })

  it.each<[string, NonNullable<TestService['onToken']>, string, RegExp]>([
    [
      'is away',
      (response) => response.destroy(),
      'HTTP_FAILED',
      /cannot be renewed: http: 127.0.0.1:\d+: the server closed the connection/,
    ],
    ['has trouble', (response) => response.writeHead(503).end('s3cret'), 'HTTP_FAILED', /cannot be renewed: .* answered 503$/],
    [
      'tells secrets',
      (response) => response.writeHead(400).end(JSON.stringify({ error: 's3cret', error_description: 's3cret' })),
      'AUTHORIZATION_FAILED',
      /refused: it gives a reason that is not shown$/,
    ],
    [
      'does not know us',
      (response) => response.writeHead(401).end('{"error":"invalid_client"}'),
      'AUTHORIZATION_FAILED',
      /refused: invalid_client$/,
    ],
  ])('stays as it is where the service %s', async (_what, onToken, code, message) => {
    await authorize()
    await expires(-10)
    service.onToken = onToken
    const { results, journal } = await run('service/get')
    expect(results).toEqual([expect.objectContaining({ code, message: expect.stringMatching(message) as unknown })])
    expect(journal).not.toContain('s3cret')
    service.onToken = undefined
    expect((await run('service/get')).results).toEqual([expect.stringMatching(/^200 /)])
  })

  it('that lives shortly is renewed at half of its life', async () => {
    service.lifeSeconds = 40
    await authorize()
    await run('service/get')
    expect(refreshes()).toBe(0)
    await runtime.database.pool.query(
      `update credential set expires_at = now() + interval '15 s', renewed_at = now() - interval '25 s'`,
    )
    await run('service/get')
    expect(refreshes()).toBe(1)
  })

  it('that is good for a while yet is used where it cannot be renewed', async () => {
    await authorize()
    await expires(30)
    service.onToken = (response) => response.writeHead(503).end()
    expect((await run('service/get')).results).toEqual([expect.stringMatching(/^200 /)])
  })

  it('without a refresh token is used until it expires', async () => {
    service.onToken = (response) => response.end('{"access_token":"lonely","token_type":"bearer","expires_in":"30"}')
    await authorize()
    expect((await run('service/get')).results).toEqual([expect.stringMatching(/^401 /)])
    await expires(-1)
    expect((await run('service/get')).results).toEqual([expect.objectContaining({ code: 'CREDENTIAL_EXPIRED' })])
    expect((await only()).status).toBe('NEEDS_AUTHORIZATION')
  })

  it('of a worker that died while it renewed is renewed by another, after the time of its lease', async () => {
    await authorize()
    await expires(-10)
    await runtime.database.pool.query(
      `update credential set renewal_id = gen_random_uuid(), renewal_until = now() + interval '1 second'`,
    )
    expect((await run('service/get')).results).toEqual([expect.stringMatching(/^200 /)])
    expect(refreshes()).toBe(1)
  })

  it('goes to no other address than the one that it came from', async () => {
    const { id } = await authorize()
    await expires(-10)
    const { pool } = runtime.database
    const { rows } = await pool.query<{ secret: Buffer; key_id: string }>('select secret, key_id from credential')
    const box = createSecretBox([SECRET_KEY])
    const place = `credential ${id} of ${runtime.ownerId}`
    const secret = box.open({ bytes: rows[0]?.secret ?? Buffer.of(), keyId: rows[0]?.key_id ?? '' }, place)
    // As if the plugin had said something else when access was granted.
    const { bytes } = box.seal(secret.replace('/token', '/token-before'), place)
    await pool.query('update credential set secret = $1', [bytes])
    expect((await run('service/get')).results).toEqual([expect.objectContaining({ code: 'CREDENTIAL_EXPIRED' })])
    expect([refreshes(), (await only()).status]).toEqual([0, 'NEEDS_AUTHORIZATION'])
  })
})

describe('deleting', () => {
  it('gives the tokens back', async () => {
    const { id } = await authorize()
    await runtime.credentials.delete(runtime.ownerId, id)
    const tokens = [last(service.given.refresh), last(service.given.access)]
    await vi.waitFor(() => expect(service.asked.revoke.map((asked) => asked.get('token')).slice(-2)).toEqual(tokens))
  })

  it('is done also where the service does not take them, and that is told', async () => {
    const { id } = await authorize()
    service.onRevoke = (response) => response.writeHead(500).end('s3cret')
    await runtime.credentials.delete(runtime.ownerId, id)
    await vi.waitFor(() => expect(runtime.failures).toHaveLength(1))
    expect(runtime.failures[0]).toMatchObject({
      code: 'AUTHORIZATION_FAILED',
      message: 'the tokens of a deleted credential for service/service could not be given back',
    })
  })
})

describe('beginning', () => {
  const start = (request: object) =>
    runtime.authorizations.start(runtime.ownerId, { provider: 'service/service', redirectUri: REDIRECT_URI, ...request })

  it('gives an address with a state of 256 bits and a challenge, and keeps neither the state nor the verifier readable', async () => {
    const { url, expiresAt } = await start({ scopes: ['write', 'read'] })
    const { origin, pathname, searchParams } = new URL(url)
    const { state = '', code_challenge: challenge = '', ...rest } = Object.fromEntries(searchParams)
    expect([origin, pathname]).toEqual([service.url, '/authorize'])
    expect(rest).toEqual({
      tenant: '1',
      response_type: 'code',
      client_id: 'the client',
      redirect_uri: REDIRECT_URI,
      scope: 'write read',
      code_challenge_method: 'S256',
    })
    expect([state, challenge]).toEqual([expect.stringMatching(/^[\w-]{43}$/), expect.stringMatching(/^[\w-]{43}$/)])
    expect(expiresAt.getTime()).toBeGreaterThan(Date.now() + 9 * 60_000)
    const { rows } = await runtime.database.pool.query('select * from oauth_authorization')
    expect(JSON.stringify(rows)).not.toContain(state)
  })

  it('keeps the newest 20 of a user', async () => {
    for (let i = 0; i < 22; i++) await start({})
    const { rows } = await runtime.database.pool.query('select count(*)::int as n from oauth_authorization')
    expect(rows).toEqual([{ n: 20 }])
  })

  it.each([
    [{ provider: 'none' }, 'BAD_INPUT', /there is no provider "none"/],
    [{ provider: 'http/host' }, 'BAD_INPUT', /^http\/host does not grant access by OAuth 2/],
    [{ scopes: ['admin'] }, 'BAD_INPUT', /^there is no scope "admin"; there are read, write$/],
    [{ name: '' }, 'BAD_INPUT', /^name: /],
    [{ name: 'taken' }, 'CONFLICT', /is named "taken" already, of type API_KEY$/],
  ])('with %j is refused', async (change, code, message) => {
    const secret = { type: 'API_KEY', key: 'some-key' }
    if (code === 'CONFLICT')
      await runtime.credentials.add(runtime.ownerId, { provider: 'service/service', name: 'taken', secret })
    await expect(start(change)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as unknown })
    service.asked.revoke.push(new URLSearchParams()) // it is no token, so nothing is given back
  })

  it('needs a client of this installation', async () => {
    const bare = await createTestRuntime({ ...config(), oauthClients: {}, databaseUrl: runtime.database.url })
    const request = { provider: 'service/service', redirectUri: REDIRECT_URI }
    await expect(bare.authorizations.start(bare.ownerId, request)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: 'this installation has no OAuth client for service/service: whoever runs it sets ASHLAR_OAUTH_CLIENTS',
    })
    await bare.close()
  })
})

describe('the client of an installation that names its hosts', () => {
  const clientFor = (...hosts: string[]) => ({ 'service/service': { clientId: 'id', clientSecret: 'cl13nt', hosts } })

  it.each([
    ['http://127.0.0.1:*', 'begins'],
    ['127.0.0.1:*', 'BAD_INPUT'], // not without encryption
    ['localhost', 'BAD_INPUT'],
  ])('is for %s: an authorization at 127.0.0.1 %s', async (host, outcome) => {
    const oauthClients = clientFor('github.com', host)
    const other = await createTestRuntime({ ...config(), oauthClients, databaseUrl: runtime.database.url })
    const started = other.authorizations.start(other.ownerId, { provider: 'service/service', redirectUri: REDIRECT_URI })
    expect(
      await started.then(
        () => 'begins',
        (error: { code?: unknown }) => error.code,
      ),
    ).toBe(outcome)
    await other.close()
  })

  it('goes with no refresh token elsewhere, after its plugin has changed', async () => {
    await authorize()
    const asked = service.asked.token.length
    const { renewals, http } = openRenewals(clientFor('github.com'))
    await expires(-1)
    await expect(renewals.renew((await only()).id, last(service.given.access))).rejects.toMatchObject({
      code: 'AUTHORIZATION_FAILED',
      message: expect.stringMatching(/cannot be renewed: the OAuth client of .* is not for 127\.0\.0\.1:\d+$/) as unknown,
    })
    expect(service.asked.token).toHaveLength(asked)
    await renewals.close()
    await http.close()
  })
})

describe('ending', () => {
  it.each<[string, NonNullable<TestService['onToken']>, string, RegExp]>([
    [
      'redirects to an inner host',
      (r) => r.writeHead(307, { location: 'http://localhost:1/token' }).end(),
      'AUTHORIZATION_FAILED',
      /redirects, which is not followed$/,
    ],
    ['answers garbage', (r) => r.end('<html>s3cret'), 'AUTHORIZATION_FAILED', /answered a wrong "access_token"$/],
    ['answers a list', (r) => r.end('[]'), 'AUTHORIZATION_FAILED', /answered a wrong "access_token"$/],
    [
      'gives a token of two lines',
      (r) => r.end('{"access_token":"s3cret\\r\\nhost: x"}'),
      'AUTHORIZATION_FAILED',
      /a wrong "access_token"$/,
    ],
    [
      'gives a token of another kind',
      (r) => r.end('{"access_token":"s3cret","token_type":"mac"}'),
      'AUTHORIZATION_FAILED',
      /a wrong "token_type"$/,
    ],
    ['answers too much', (r) => r.end('s3cret'.repeat(20_000)), 'HTTP_LIMIT', /the response is longer than 65536 bytes$/],
    [
      'refuses in words of its own',
      (r) => r.writeHead(400).end('{"error":"s3cret","error_description":"s3cret"}'),
      'AUTHORIZATION_FAILED',
      /a reason that is not shown$/,
    ],
    [
      'refuses with 200',
      (r) => r.end('{"error":"bad_verification_code"}'),
      'AUTHORIZATION_FAILED',
      /refused: bad_verification_code$/,
    ],
    ['closes the connection', (r) => r.destroy(), 'HTTP_FAILED', /the server closed the connection$/],
  ])('fails where the token endpoint %s, and keeps nothing', async (_what, onToken, code, message) => {
    service.onToken = onToken
    const error = await authorize().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as unknown })
    expect(String(error)).not.toContain('s3cret')
    expect((await runtime.credentials.list(runtime.ownerId, { first: 1 })).items).toEqual([])
  })

  it('fails where the service is at an inner host that the operator does not allow', async () => {
    const { url } = await runtime.authorizations.start(runtime.ownerId, {
      provider: 'service/service',
      redirectUri: REDIRECT_URI,
    })
    const back = await service.grant(url)
    const guarded = await createTestRuntime({ ...config(), httpAllow: [], databaseUrl: runtime.database.url })
    await expect(guarded.authorizations.finish(guarded.ownerId, Object.fromEntries(back.searchParams))).rejects.toMatchObject({
      code: 'HTTP_BLOCKED_ADDRESS',
    })
    expect(service.asked.token).toEqual([])
    await guarded.close()
  })
})
