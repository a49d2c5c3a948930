import type { ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { BUILTIN_PLUGINS, createTestRuntime, startTestService, type TestRuntime, type TestService } from '../../testing/index.ts'
import { createHttpClient } from '../../capabilities/index.ts'
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
  const items = await list()
  for (const { id } of items) await runtime.credentials.delete(runtime.ownerId, id)
  await vi.waitUntil(() => service.received.revoke.length >= items.length, { timeout: 60_000 })
  for (const list of [...Object.values(service.issued), ...Object.values(service.received)]) list.length = 0
  runtime.failures.length = 0
})

function config() {
  const { pluginRoot, clients: oauthClients } = service
  return { pluginRoots: [BUILTIN_PLUGINS, pluginRoot], oauthClients, httpAllow: ['127.0.0.1'], secretKeys: [SECRET_KEY] }
}

/** Simulates a user who grants access at the service. */
async function authorize(request: { name?: string; scopes?: string[] } = {}) {
  const asked = { provider: 'service/service', redirectUri: REDIRECT_URI, ...request }
  const { url } = await runtime.authorizations.start(runtime.ownerId, asked)
  const back = await service.grant(url)
  return runtime.authorizations.finish(runtime.ownerId, Object.fromEntries(back.searchParams))
}

/** @returns the outputs or errors of the nodes in the order of their events, and the journal as text */
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

/** Creates renewals as another process would. */
function openRenewals(clients: RenewalParts['clients'] = service.clients) {
  const http = createHttpClient({ allow: ['127.0.0.1'] })
  const findProvider = (_ownerId: string, name: string) => Promise.resolve(runtime.plugins.provider(name))
  const { pool } = runtime.database
  const box = createSecretBox([SECRET_KEY])
  return { http, renewals: createRenewals({ pool, box, http, clients, findProvider }) }
}

async function only() {
  const [credential] = await list()
  if (!credential) throw new Error('the user has no credential')
  return credential
}

async function list() {
  const request = { first: 100, orderBy: { field: 'CREATED_AT', direction: 'DESC' }, filter: {}, countTotal: false } as const
  const pages = await runtime.credentials.list([runtime.ownerId], request)
  const items = pages.get(runtime.ownerId)?.items ?? []
  return items.map(({ item }) => item)
}

const refreshes = (): number => service.received.token.filter((asked) => asked.get('grant_type') === 'refresh_token').length
const last = (list: string[]): string => list.at(-1) ?? ''
const masked = (text: string): string => '*'.repeat(text.length)
const expires = (seconds: number): Promise<unknown> =>
  runtime.database.pool.query(`update credential set expires_at = now() + make_interval(secs => $1), renewed_at = null`, [
    seconds,
  ])

describe('a token', () => {
  it('is attached, masked, and revealed without the refresh token', async () => {
    await authorize()
    const { results, journal } = await run('service/get')
    const [access, refresh] = [last(service.issued.access), last(service.issued.refresh)]
    expect(service.received.api).toEqual([`Bearer ${access}`])
    expect(results).toEqual([`200 you are Bearer ${masked(access)}, you say `])
    expect(journal).not.toContain(access)
    const revealed = await run('service/reveal')
    expect(JSON.parse(String(revealed.results[0]))).toEqual([['read'], { type: 'OAUTH2', accessToken: access }])
    expect(revealed.journal).not.toContain(refresh)
    const { rows } = await runtime.database.pool.query('select * from credential')
    expect(JSON.stringify(rows) + String(rows[0]?.secret)).not.toMatch(/(access|refresh)-/)
  })

  it('is rejected for a block that needs scopes that were not granted', async () => {
    await authorize({ name: 'work' })
    const message =
      'block service/write needs the credential "work" of service/service to also have the scopes write: ' +
      'grant access with the mutation startAuthorization or the command: ' +
      'ashlar credential add service/service --name work --scope read --scope write'
    expect((await run('service/write')).results).toEqual([{ code: 'CREDENTIAL_MISSING', message }])
    await authorize({ name: 'work', scopes: ['read', 'write'] })
    expect((await run('service/write')).results).toEqual([expect.stringMatching(/^200 /)])
    const added = await list()
    expect(added.map(({ name, scopes }) => [name, scopes])).toEqual([['work', ['read', 'write']]])
  })

  it('that is about to expire is renewed before its use, each time with the latest refresh token', async () => {
    await authorize()
    for (const times of [1, 2, 3]) {
      await expires(30)
      expect((await run('service/get')).results).toEqual([expect.stringMatching(/^200 /)])
      expect(refreshes()).toBe(times)
    }
    expect(new Set(service.received.api).size).toBe(3)
  })

  it('that has expired is renewed once for many nodes', async () => {
    await authorize()
    await expires(-10)
    service.forgetAccess()
    const { results, journal } = await run('service/get', { times: 20 })
    expect(results.map((result) => String(result).slice(0, 4))).toEqual(Array(20).fill('200 '))
    expect([refreshes(), new Set(service.received.api).size]).toEqual([1, 1])
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

  it('that the service rejects is renewed, and the request is sent again', async () => {
    await authorize()
    await expires(3600)
    service.forgetAccess()
    const { results, journal } = await run('service/get', { inputs: { n: 'body' } })
    const [old = '', fresh = ''] = service.issued.access
    expect(service.received.api).toEqual([`Bearer ${old}`, `Bearer ${fresh}`])
    expect(results).toEqual([`200 you are Bearer ${masked(fresh)}, you say body`])
    expect(journal).not.toMatch(/(access|refresh)-/)
  })

  it('is not renewed if the body cannot be sent again', async () => {
    await authorize()
    await expires(3600)
    service.forgetAccess()
    expect((await run('service/stream')).results).toEqual([expect.stringMatching(/^401 you .* you say streamed$/)])
    expect(refreshes()).toBe(0)
  })

  it('that was just issued is not renewed again', async () => {
    await authorize()
    service.forgetAccess()
    expect((await run('service/get')).results).toEqual([expect.stringMatching(/^401 /)])
    expect(refreshes()).toBe(0)
  })

  it('that is issued while the worker closes is stored', async () => {
    await authorize()
    await expires(-10)
    const { renewals, http } = openRenewals()
    const asked = Promise.withResolvers<ServerResponse>()
    service.onToken = asked.resolve
    const renewing = renewals.renew((await only()).id, last(service.issued.access))
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
    expect(service.received.api.at(-1)).toBe('Bearer the-new-one')
  })

  it('that arrives late is stored, although another worker was rejected with the same refresh token', async () => {
    await authorize()
    await expires(-10)
    const [slow, quick] = [openRenewals(), openRenewals()]
    const { id } = await only()
    const spent = last(service.issued.access)
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

  it('whose renewal is rejected has to be authorized again', async () => {
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
      'closes the connection',
      (response) => response.destroy(),
      'HTTP_FAILED',
      /cannot be renewed: http: 127.0.0.1:\d+: the server closed the connection/,
    ],
    [
      'responds with 503',
      (response) => response.writeHead(503).end('s3cret'),
      'HTTP_FAILED',
      /cannot be renewed: .* responded with status 503$/,
    ],
    [
      'responds with secrets',
      (response) => response.writeHead(400).end(JSON.stringify({ error: 's3cret', error_description: 's3cret' })),
      'AUTHORIZATION_FAILED',
      /rejected the request: the reason is not a known error code and is not shown$/,
    ],
    [
      'rejects the client',
      (response) => response.writeHead(401).end('{"error":"invalid_client"}'),
      'AUTHORIZATION_FAILED',
      /rejected the request: invalid_client$/,
    ],
  ])('stays valid if the service %s', async (_what, onToken, code, message) => {
    await authorize()
    await expires(-10)
    service.onToken = onToken
    const { results, journal } = await run('service/get')
    expect(results).toEqual([expect.objectContaining({ code, message: expect.stringMatching(message) as unknown })])
    expect(journal).not.toContain('s3cret')
    service.onToken = undefined
    expect((await run('service/get')).results).toEqual([expect.stringMatching(/^200 /)])
  })

  it('with a short lifetime is renewed after half of it', async () => {
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

  it('that is still valid is used if it cannot be renewed', async () => {
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

  it('is renewed by another worker after the lease of a dead worker has expired', async () => {
    await authorize()
    await expires(-10)
    await runtime.database.pool.query(
      `update credential set renewal_id = gen_random_uuid(), renewal_until = now() + interval '1 second'`,
    )
    expect((await run('service/get')).results).toEqual([expect.stringMatching(/^200 /)])
    expect(refreshes()).toBe(1)
  })

  it('is sent only to the endpoint that issued it', async () => {
    const { id } = await authorize()
    await expires(-10)
    const { pool } = runtime.database
    const { rows } = await pool.query<{ secret: Buffer; key_id: string }>('select secret, key_id from credential')
    const box = createSecretBox([SECRET_KEY])
    const place = `credential ${id} of ${runtime.ownerId}`
    const secret = box.open({ bytes: rows[0]?.secret ?? Buffer.of(), keyId: rows[0]?.key_id ?? '' }, place)
    // Simulates a plugin that declared another endpoint when access was granted.
    const { bytes } = box.seal(secret.replace('/token', '/token-before'), place)
    await pool.query('update credential set secret = $1', [bytes])
    expect((await run('service/get')).results).toEqual([expect.objectContaining({ code: 'CREDENTIAL_EXPIRED' })])
    expect([refreshes(), (await only()).status]).toEqual([0, 'NEEDS_AUTHORIZATION'])
  })
})

describe('deleting a credential', () => {
  it('revokes the tokens', async () => {
    const { id } = await authorize()
    await runtime.credentials.delete(runtime.ownerId, id)
    const tokens = [last(service.issued.refresh), last(service.issued.access)]
    await expect.poll(() => service.received.revoke.map((asked) => asked.get('token')).slice(-2)).toEqual(tokens)
  })

  it('succeeds and reports a failure if the service does not revoke them', async () => {
    const { id } = await authorize()
    service.onRevoke = (response) => response.writeHead(500).end('s3cret')
    await runtime.credentials.delete(runtime.ownerId, id)
    await expect.poll(() => runtime.failures).toHaveLength(1)
    expect(runtime.failures[0]).toMatchObject({
      code: 'AUTHORIZATION_FAILED',
      message: 'the tokens of a deleted credential for service/service could not be revoked',
    })
  })
})

describe('starting an authorization', () => {
  const start = (request: object) =>
    runtime.authorizations.start(runtime.ownerId, { provider: 'service/service', redirectUri: REDIRECT_URI, ...request })

  it('returns a URL with a state and a challenge, and stores neither the state nor the verifier in plain text', async () => {
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

  it('keeps the newest 20 authorizations of a user', async () => {
    for (let i = 0; i < 22; i++) await start({})
    const { rows } = await runtime.database.pool.query('select count(*)::int as n from oauth_authorization')
    expect(rows).toEqual([{ n: 20 }])
  })

  it.each([
    [{ provider: 'none' }, 'BAD_INPUT', /there is no provider "none"/],
    [{ provider: 'http/host' }, 'BAD_INPUT', /^http\/host does not use OAuth 2/],
    [{ scopes: ['admin'] }, 'BAD_INPUT', /^there is no scope "admin"; there are read, write$/],
    [{ name: '' }, 'BAD_INPUT', /^name is invalid: must have at least 1 character$/],
    [{ name: 'taken' }, 'CONFLICT', /with the name "taken", of type API_KEY$/],
  ])('rejects %j', async (change, code, message) => {
    const secret = { type: 'API_KEY', key: 'some-key' }
    if (code === 'CONFLICT')
      await runtime.credentials.add(runtime.ownerId, { provider: 'service/service', name: 'taken', secret })
    await expect(start(change)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as unknown })
    service.received.revoke.push(new URLSearchParams()) // an API key is not revoked
  })

  it('requires an OAuth client of this installation', async () => {
    const bare = await createTestRuntime({ ...config(), oauthClients: {}, databaseUrl: runtime.database.url })
    const request = { provider: 'service/service', redirectUri: REDIRECT_URI }
    await expect(bare.authorizations.start(bare.ownerId, request)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: 'this installation has no OAuth client for service/service; the operator can set it with ASHLAR_OAUTH_CLIENTS',
    })
    await bare.close()
  })
})

describe('an OAuth client with hosts', () => {
  const clientFor = (...hosts: string[]) => ({ 'service/service': { clientId: 'id', clientSecret: 'cl13nt', hosts } })

  it.each([
    ['http://127.0.0.1:*', 'starts'],
    ['127.0.0.1:*', 'BAD_INPUT'], // only with encryption
    ['localhost', 'BAD_INPUT'],
  ])('for %s: an authorization at 127.0.0.1: %s', async (host, outcome) => {
    const oauthClients = clientFor('github.com', host)
    const other = await createTestRuntime({ ...config(), oauthClients, databaseUrl: runtime.database.url })
    const started = other.authorizations.start(other.ownerId, { provider: 'service/service', redirectUri: REDIRECT_URI })
    expect(
      await started.then(
        () => 'starts',
        (error: { code?: unknown }) => error.code,
      ),
    ).toBe(outcome)
    await other.close()
  })

  it('is not used at another host after its plugin has changed', async () => {
    await authorize()
    const asked = service.received.token.length
    const { renewals, http } = openRenewals(clientFor('github.com'))
    await expires(-1)
    await expect(renewals.renew((await only()).id, last(service.issued.access))).rejects.toMatchObject({
      code: 'AUTHORIZATION_FAILED',
      message: expect.stringMatching(
        /cannot be renewed: the OAuth client of .* must not be used at 127\.0\.0\.1:\d+;/,
      ) as unknown,
    })
    expect(service.received.token).toHaveLength(asked)
    await renewals.close()
    await http.close()
  })
})

describe('finishing an authorization', () => {
  it.each<[string, NonNullable<TestService['onToken']>, string, RegExp]>([
    [
      'redirects to an internal host',
      (r) => r.writeHead(307, { location: 'http://localhost:1/token' }).end(),
      'AUTHORIZATION_FAILED',
      /a redirect, which Ashlar does not follow$/,
    ],
    ['returns HTML', (r) => r.end('<html>s3cret'), 'AUTHORIZATION_FAILED', /returned an invalid "access_token"$/],
    ['returns an array', (r) => r.end('[]'), 'AUTHORIZATION_FAILED', /returned an invalid "access_token"$/],
    [
      'returns a token with a line break',
      (r) => r.end('{"access_token":"s3cret\\r\\nhost: x"}'),
      'AUTHORIZATION_FAILED',
      /an invalid "access_token"$/,
    ],
    [
      'returns a token of another type',
      (r) => r.end('{"access_token":"s3cret","token_type":"mac"}'),
      'AUTHORIZATION_FAILED',
      /an invalid "token_type"$/,
    ],
    ['returns too much', (r) => r.end('s3cret'.repeat(20_000)), 'HTTP_LIMIT', /the response is longer than 65536 bytes$/],
    [
      'responds with an unknown error code',
      (r) => r.writeHead(400).end('{"error":"s3cret","error_description":"s3cret"}'),
      'AUTHORIZATION_FAILED',
      /not a known error code and is not shown$/,
    ],
    [
      'responds with an error and status 200',
      (r) => r.end('{"error":"bad_verification_code"}'),
      'AUTHORIZATION_FAILED',
      /rejected the request: bad_verification_code$/,
    ],
    ['closes the connection', (r) => r.destroy(), 'HTTP_FAILED', /the server closed the connection$/],
  ])('fails and stores nothing if the token endpoint %s', async (_what, onToken, code, message) => {
    service.onToken = onToken
    const error = await authorize().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as unknown })
    expect(String(error)).not.toContain('s3cret')
    expect(await list()).toEqual([])
  })

  it('fails if the service is at an internal host that the operator does not allow', async () => {
    const { url } = await runtime.authorizations.start(runtime.ownerId, {
      provider: 'service/service',
      redirectUri: REDIRECT_URI,
    })
    const back = await service.grant(url)
    const guarded = await createTestRuntime({ ...config(), httpAllow: [], databaseUrl: runtime.database.url })
    await expect(guarded.authorizations.finish(guarded.ownerId, Object.fromEntries(back.searchParams))).rejects.toMatchObject({
      code: 'HTTP_BLOCKED_ADDRESS',
    })
    expect(service.received.token).toEqual([])
    await guarded.close()
  })
})
