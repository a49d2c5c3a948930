import { BUILTIN_PLUGINS, createTestRuntime, startTestService, type TestRuntime, type TestService } from '@ashlar/core/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createGateway, type Gateway } from '../server/index.ts'
import { logIn } from '../testing/test-session.ts'

const OWNER_KEY = 'the-key-of-the-owner'
const ALICE_KEY = 'the-key-of-alice'
const BASE = 'https://ashlar.example'
const BEARER = { authorization: `Bearer ${OWNER_KEY}` }
const OF_ALICE = { authorization: `Bearer ${ALICE_KEY}` }
/** The headers that the page of an authorization sends. */
let OURS: Record<string, string>
/** The headers of a browser that the service redirects: without the cookie. */
const FROM_SERVICE = { 'sec-fetch-site': 'cross-site', accept: 'text/html' }

let service: TestService
let runtime: TestRuntime
let gateway: Gateway
const log: string[] = []
beforeAll(async () => {
  service = await startTestService()
  runtime = await createTestRuntime({
    pluginRoots: [BUILTIN_PLUGINS, service.pluginRoot],
    oauthClients: service.clients,
    httpAllow: ['127.0.0.1'],
  })
  await runtime.apiKeys.allow(runtime.ownerId, OWNER_KEY, 'owner')
  const { id: alice } = await runtime.users.create('Alice')
  await runtime.apiKeys.allow(alice, ALICE_KEY, 'alice')
  const logger = { info: () => undefined, error: (message: string, error?: unknown) => log.push(`${message}: ${String(error)}`) }
  gateway = createGateway({ runtime, ownerKey: OWNER_KEY, publicUrl: BASE, logger })
  OURS = { ...(await logIn(runtime, runtime.ownerId, '__Host-ashlar_session')).headers, 'sec-fetch-site': 'same-origin' }
})
afterAll(async () => {
  await gateway.close()
  await runtime.close()
  await service.close()
})
afterEach(async () => {
  service.onToken = undefined
  await runtime.database.pool.query('delete from credential; delete from oauth_authorization')
  const unexpected = [...log.splice(0), ...runtime.failures.splice(0)]
  if (unexpected.length > 0) throw new AggregateError(unexpected, String(unexpected))
})

async function ask<T>(query: string, variables: object = {}, headers: Record<string, string> = BEARER): Promise<T> {
  const response = await gateway.fetch(
    new Request(`${BASE}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    }),
  )
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown }
  expect(errors).toBeUndefined()
  return data
}

const START = `mutation ($input: StartAuthorizationInput!) { startAuthorization(input: $input) {
  authorization { url } errors { code message path } } }`

/**
 * Starts an authorization and grants access at the service.
 *
 * @returns the URL to which the service redirects the browser
 */
async function grant(headers: Record<string, string> = BEARER, input: object = {}): Promise<URL> {
  const asked = { input: { provider: 'service/service', ...input } }
  const { startAuthorization } = await ask<{ startAuthorization: { authorization: { url: string } } }>(START, asked, headers)
  return service.grant(startAuthorization.authorization.url)
}

interface Page {
  status: number
  html: string
}

async function open(url: URL | string, headers: Record<string, string>): Promise<Page> {
  const response = await gateway.fetch(new Request(url, { headers }))
  expect(response.headers.get('location')).toBeNull()
  expect(response.headers.get('content-security-policy')).toContain(`default-src 'none'`)
  return { status: response.status, html: await response.text() }
}

interface Ending {
  status: number
  title: string
  text: string
}

/** Sends the request that the script of the page sends. */
async function finish(back: URL, headers: Record<string, string> = OURS): Promise<Ending> {
  const response = await gateway.fetch(new Request(back, { method: 'POST', headers }))
  const { title, lines, command } = (await response.json()) as { title: string; lines: string[]; command?: string }
  return { status: response.status, title, text: [...lines, ...(command === undefined ? [] : [command])].join('\n') }
}

function changed(back: URL, change: Record<string, string>): URL {
  const url = new URL(back)
  for (const [name, value] of Object.entries(change)) url.searchParams.set(name, value)
  return url
}

const CREDENTIALS = '{ viewer { credentials { edges { node { name kind status scopes hosts } } } } }'
async function credentials(headers = BEARER): Promise<unknown[]> {
  const { viewer } = await ask<{ viewer: { credentials: { edges: { node: unknown }[] } } }>(CREDENTIALS, {}, headers)
  return viewer.credentials.edges.map(({ node }) => node)
}

describe('an authorization', () => {
  it('adds a credential that blocks can use', async () => {
    const back = await grant(BEARER, { name: 'work', scopes: ['read', 'write'] })
    expect([back.origin, back.pathname]).toEqual([BASE, '/oauth/callback'])
    expect((await open(back, FROM_SERVICE)).status).toBe(200)
    expect(await credentials()).toEqual([])
    expect(await finish(back)).toEqual({
      status: 200,
      title: 'Access granted',
      text: 'The credential "work" for service/service is ready. You can close this page.',
    })
    expect(await credentials()).toEqual([
      { name: 'work', kind: 'OAUTH2', status: 'READY', scopes: ['read', 'write'], hosts: [service.url] },
    ])
    expect(await run('service/write')).toMatch(/^200 you are Bearer \*+, you say $/)
  })

  it('works for a client with a key and without a browser', async () => {
    const { status, html } = await open(await grant(OF_ALICE), OF_ALICE)
    expect(html).toContain('credential &#34;default&#34; for service/service is ready')
    expect([status, (await credentials(OF_ALICE)).length, (await credentials()).length]).toEqual([200, 1, 0])
  })

  it('is rejected with a path if the provider or a scope is unknown', async () => {
    for (const [input, path] of [
      [{ provider: 'x/y' }, ['provider']],
      [{ provider: 'service/service', scopes: ['x'] }, ['scopes']],
    ] as const)
      expect(await ask(START, { input })).toMatchObject({
        startAuthorization: { authorization: null, errors: [{ code: 'BAD_INPUT', path: ['input', ...path] }] },
      })
  })

  it('shows the endpoint and the possible scopes before it starts', async () => {
    const query = `{ providers { edges { node { name credentialKinds costs { amount } webhookEvents { name }
      authorization { url hosts scopes { name description isDefault } } } } } }`
    const { providers } = await ask<{ providers: { edges: { node: { name: string } }[] } }>(query)
    expect(providers.edges.find(({ node }) => node.name === 'service/service')?.node).toEqual({
      name: 'service/service',
      credentialKinds: ['OAUTH2', 'API_KEY'],
      costs: [],
      webhookEvents: [],
      authorization: {
        url: `${service.url}/authorize?tenant=1`,
        hosts: [service.url],
        scopes: [
          { name: 'read', description: 'Read everything', isDefault: true },
          { name: 'write', description: 'Write everything', isDefault: false },
        ],
      },
    })
  })

  it('requires a redirect URL', async () => {
    const nowhere = createGateway({ runtime, ownerKey: OWNER_KEY })
    const body = JSON.stringify({ query: START, variables: { input: { provider: 'service/service' } } })
    const request = { method: 'POST', headers: { 'content-type': 'application/json', ...BEARER }, body }
    const response = await nowhere.fetch(new Request('http://127.0.0.1/graphql', request))
    expect(await response.json()).toMatchObject({ data: { startAuthorization: { errors: [{ code: 'BAD_INPUT' }] } } })
    await nowhere.close()
  })
})

async function run(block: string): Promise<string> {
  const document = { nodes: [{ id: 'n', block }], links: [] }
  const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: block, document })
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0))
    if (event.type === 'NodeOutput') return String(event.value)
  return 'nothing'
}

describe('the callback', () => {
  it.each([
    ['without a login', () => ({})],
    ['with the session cookie alone', () => ({ cookie: OURS.cookie ?? '' })],
  ])('%s explains how to log in and does not end the authorization', async (_how, headersOf) => {
    const back = await grant()
    const rejected = await finish(back, headersOf())
    expect(rejected).toMatchObject({
      status: 401,
      title: 'You are not logged in',
      text: expect.stringMatching(/, run this command .*\nashlar login$/s),
    })
    expect(rejected.text).not.toContain(back.searchParams.get('code'))
    expect(await credentials()).toEqual([])
    expect((await finish(back)).status).toBe(200)
  })

  it.each<[string, (back: URL) => [URL, Record<string, string>], number, string]>([
    ['with the session of another user', (back) => [back, OF_ALICE], 404, 'NOT_FOUND'],
    ['from a page of another site', (back) => [back, { ...OURS, 'sec-fetch-site': 'cross-site' }], 403, 'FORBIDDEN'],
    ['from a page of another port', (back) => [back, { ...OURS, 'sec-fetch-site': 'same-site' }], 403, 'FORBIDDEN'],
    ['with a forged state', (back) => [changed(back, { state: 'x'.repeat(43) }), OURS], 404, 'NOT_FOUND'],
    ['with a state that contains U+0000', (back) => [changed(back, { state: '\0' }), OURS], 404, 'NOT_FOUND'],
    ['without a state', (back) => [changed(back, { state: '' }), OURS], 400, 'BAD_INPUT'],
  ])('%s is rejected and does not end the authorization', async (_how, change, status, code) => {
    const back = await grant()
    const rejected = await finish(...change(back))
    expect(rejected).toMatchObject({ status, title: 'No access was granted', text: expect.stringContaining(`${code}: `) })
    expect(rejected.text).not.toContain(back.searchParams.get('code'))
    expect(await credentials()).toEqual([])
    expect((await finish(back)).status).toBe(200)
    expect(await credentials()).toHaveLength(1)
  })

  it('rejects a user who is tricked into finishing the authorization of another user', async () => {
    const ofAlice = await grant(OF_ALICE)
    expect((await finish(ofAlice)).status).toBe(404)
    expect([await credentials(), await credentials(OF_ALICE)]).toEqual([[], []])
  })

  it.each<[string, Record<string, string>, string]>([
    [
      'the error of a denied access',
      { error: 'access_denied' },
      'AUTHORIZATION_FAILED: Service has not granted access: access_denied',
    ],
    [
      'an error that is not a code',
      { error: '<script>alert(1)</script>' },
      'AUTHORIZATION_FAILED: Service has not granted access: the reason is not',
    ],
    ['an empty code', { code: '' }, 'AUTHORIZATION_FAILED: Service has redirected you without a code'],
    [
      'a forged code',
      { code: 'forged' },
      'AUTHORIZATION_FAILED: the token endpoint of service/service rejected the request: invalid_grant',
    ],
    ['another issuer', { iss: 'https://evil.example' }, 'AUTHORIZATION_FAILED: the response comes from a service other'],
  ])('with %s ends the authorization without a credential', async (_what, change, message) => {
    const back = await grant()
    const { status, text } = await finish(changed(back, change))
    expect([status, text]).toEqual([502, expect.stringContaining(message)])
    expect(text).not.toMatch(/script|s3cret/)
    expect((await finish(back)).status).toBe(404)
    expect(await credentials()).toEqual([])
  })

  it('works once, even for concurrent requests', async () => {
    const back = await grant()
    const statuses = (await Promise.all([finish(back), finish(back), finish(back)])).map(({ status }) => status)
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 404, 404])
    expect((await finish(back)).status).toBe(404)
    expect(service.received.token.filter((asked) => asked.get('code') === back.searchParams.get('code'))).toHaveLength(1)
  })

  it('is rejected after 10 minutes', async () => {
    const back = await grant()
    await runtime.database.pool.query(`update oauth_authorization set expires_at = now() - interval '1 second'`)
    const { status, text } = await finish(back)
    expect([status, text]).toEqual([
      502,
      expect.stringContaining('AUTHORIZATION_FAILED: this authorization was started more than 10'),
    ])
  })

  it('does not show the response of the token endpoint', async () => {
    service.onToken = (response) => response.writeHead(400).end('{"error":"s3cret","error_description":"s3cret"}')
    const { text } = await finish(await grant())
    expect(text).toContain('the reason is not a known error code and is not shown')
    expect(text).not.toContain('s3cret')
  })

  it('does not insert parameters of the URL into the page', async () => {
    const { html } = await open(
      `${BASE}/oauth/callback?state=${encodeURIComponent('"><script>')}&code=%0a&next=https://evil.example&url=//evil.example`,
      FROM_SERVICE,
    )
    expect(html).not.toMatch(/&#34;|evil/)
    expect([...html.matchAll(/<script[^>]*>/g)].map(([tag]) => tag)).toEqual([
      expect.stringMatching(/^<script src="\.\.\/pages\/copy\.js\?[\w-]{16}">$/),
      expect.stringMatching(/^<script src="\.\.\/pages\/callback\.js\?[\w-]{16}">$/),
    ])
  })

  it.each([
    ['HEAD with a key', 'HEAD', BEARER],
    ['GET with a session', 'GET', {}],
  ])('does not finish an authorization for %s', async (_how, method, headers) => {
    const back = await grant()
    expect((await gateway.fetch(new Request(back, { method, headers: { ...OURS, ...headers } }))).status).toBe(200)
    expect((await finish(back)).status).toBe(200)
  })

  it('directs a browser to the host name of its session only for a started authorization', async () => {
    const here = createGateway({ runtime, ownerKey: OWNER_KEY })
    const { port } = new URL(await here.listen(0))
    const { search } = await grant()
    const readElsewhere = async (host: string, query: string): Promise<string | undefined> => {
      const response = await here.fetch(new Request(`http://${host}:${port}/oauth/callback${query}`))
      return /data-elsewhere="(.*?)"/.exec(await response.text())?.[1]
    }
    const name = new URL((await here.createLoginLink(runtime.ownerId)).url).hostname
    expect(await readElsewhere('127.0.0.1', search)).toBe(`http://${name}:${port}`)
    expect(await readElsewhere(name, search)).toBe('')
    expect(await readElsewhere('127.0.0.1', '?state=forged')).toBe('')
    expect(await readElsewhere('127.0.0.1', '')).toBe('')
    await here.close()
  })
})

it('accepts only the public host name and its own host names', async () => {
  const page = (host: string) => gateway.fetch(new Request(`http://${host}/oauth/callback`, { headers: { host } }))
  expect([(await page('ashlar.example')).status, (await page('evil.example')).status]).toEqual([200, 403])
})
