import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { listAuthorizationHosts } from './provider/oauth2.ts'
import { providerSchema } from './provider/provider.ts'
import { secretSchema } from './secret.ts'
import type { HostProvider } from './host-provider.ts'
import { createUsableCredential, type OpenedCredential } from './usable.ts'

const KEY: OpenedCredential = {
  provider: 'a/a',
  name: 'default',
  hosts: ['api.example.com', '*.example.org', 'http://localhost:8080'],
  auth: { type: 'API_KEY', header: 'Authorization', format: 'Bearer {key}' },
  scopes: [],
  hidden: [],
  secret: { type: 'API_KEY', key: 'k3y$&' },
}
const OAUTH2 = {
  type: 'OAUTH2',
  authorizationUrl: 'https://example.com/authorize',
  tokenUrl: 'https://example.com/token',
  scopes: { read: 'Read', write: 'Write' },
  defaultScopes: ['read'],
  pkce: true,
  clientAuthentication: 'basic',
  extraAuthorizationParameters: {},
  header: 'authorization',
  format: 'Bearer {key}',
} as const

const attach = async (
  credential: OpenedCredential,
  url: string,
  headers: [string, string][] = [],
): Promise<[string, unknown]> => {
  const sent = await createUsableCredential(credential).attach({ url: new URL(url), method: 'GET', headers })
  return [sent.url.href, Object.fromEntries(sent.headers)]
}

describe('a credential in a request', () => {
  it.each<[string, Partial<OpenedCredential>, string, [string, unknown]]>([
    ['header', {}, 'https://api.example.com/', ['https://api.example.com/', { authorization: 'Bearer k3y$&', accept: 'x' }]],
    [
      'parameter',
      { auth: { type: 'API_KEY', query: 'key' } },
      'https://api.example.com/?key=mine&a=1',
      ['https://api.example.com/?key=k3y%24%26&a=1', { authorization: 'own', accept: 'x' }],
    ],
    [
      'access token',
      { auth: { ...OAUTH2, defaultScopes: [] }, secret: { type: 'OAUTH2', accessToken: 't0ken$&' } },
      'https://api.example.com/',
      ['https://api.example.com/', { authorization: 'Bearer t0ken$&', accept: 'x' }],
    ],
    [
      'user and password',
      { auth: { type: 'USER_PASSWORD' }, secret: { type: 'USER_PASSWORD', username: 'ada', password: 'lovelace' } },
      'https://x.example.org/',
      ['https://x.example.org/', { authorization: 'Basic YWRhOmxvdmVsYWNl', accept: 'x' }],
    ],
    [
      'host-scoped headers',
      { auth: { type: 'HOST_SCOPED' }, secret: { type: 'HOST_SCOPED', headers: { 'X-Key': 'abcd' } } },
      'http://localhost:8080/',
      ['http://localhost:8080/', { 'x-key': 'abcd', authorization: 'own', accept: 'x' }],
    ],
  ])('is attached as %s and replaces the value of the block', async (_way, change, url, expected) => {
    const headers: [string, string][] = [
      ['authorization', 'own'],
      ['accept', 'x'],
    ]
    expect(await attach({ ...KEY, ...change }, url, headers)).toEqual(expected)
  })

  it.each([
    'http://api.example.com/',
    'https://api.example.com:8443/',
    'https://api.example.com.evil.example/',
    'https://example.org/',
    'https://localhost:8081/',
    'http://localhost/',
  ])('is not sent to %s', async (url) => {
    expect(await attach(KEY, url)).toEqual([url, {}])
    expect(() => createUsableCredential(KEY).assertFor(new URL(url))).toThrow(
      /the credential "default" of a\/a is for api.example.com/,
    )
  })
})

const readMessages = ({ error }: { error?: { issues: { message: string }[] } | undefined }): string =>
  error?.issues.map(({ message }) => message).join() ?? 'accepted'
describe('a credential that is renewed', () => {
  const token = (accessToken: string) => ({ secret: { type: 'OAUTH2' as const, accessToken }, hidden: [`hidden-${accessToken}`] })

  it('is attached with the new secret, and both secrets are masked', async () => {
    const auth = { ...OAUTH2, defaultScopes: [] }
    const usable = createUsableCredential({ ...KEY, ...token('old-1'), auth, renew: async () => token('new-2') })
    const { secret } = usable
    expect([await usable.renew(secret), await usable.renew(secret)]).toEqual([true, true])
    expect((await usable.attach({ url: new URL('https://api.example.com/'), method: 'GET', headers: [] })).headers).toEqual([
      ['authorization', 'Bearer new-2'],
    ])
    expect(usable.scrubber.text('old-1 new-2 hidden-old-1 hidden-new-2 new-3')).toBe(
      '***** ***** ************ ************ new-3',
    )
  })

  it('keeps its secret if the service has no other', async () => {
    const usable = createUsableCredential({ ...KEY, renewAfter: 0 })
    expect([usable.isDue(), await usable.renew(usable.secret)]).toEqual([false, false])
  })
})

describe('a host module', () => {
  const request = { url: new URL('https://api.example.com/a'), method: 'GET', headers: [['accept', 'x']] as [string, string][] }
  const attachBy = (host: HostProvider, url = request.url): unknown =>
    createUsableCredential({ ...KEY, host }).attach({ ...request, url })

  it('attaches the secret to requests to the hosts of the credential only', async () => {
    const host: HostProvider = {
      attach: async ({ url, headers }, secret) => ({ url, headers: [...headers, ['X-Signed', JSON.stringify(secret)]] }),
    }
    expect(await attachBy(host)).toEqual({ ...request, headers: [...request.headers, ['x-signed', JSON.stringify(KEY.secret)]] })
    const elsewhere = new URL('https://evil.example/')
    expect(await attachBy(host, elsewhere)).toEqual({ ...request, url: elsewhere })
  })

  it('that throws fails the request with an error that contains no secret', async () => {
    const host: HostProvider = {
      attach: () => {
        throw new Error('no signature of k3y$&')
      },
    }
    const failure = { code: 'HOST_MODULE_FAILED', message: 'the host module for a/a could not authenticate the request' }
    const error: unknown = await Promise.resolve(attachBy(host)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ ...failure, cause: { message: 'no signature of *****' } })
    expect(inspect(error)).not.toContain('k3y$&')
    expect(inspect(error)).toContain('usable.test.ts')
  })
})

describe('a secret', () => {
  it.each([
    [{ type: 'API_KEY', key: 'abc' }, 'at least 4'],
    [{ type: 'API_KEY', key: 'a\r\nhost: evil' }, 'printable ASCII'],
    [{ type: 'USER_PASSWORD', username: 'a:b', password: 'long' }, 'must not contain'],
    [{ type: 'HOST_SCOPED', headers: { host: 'evil.example' } }, 'headers that may be set'],
    [{ type: 'HOST_SCOPED', headers: {} }, 'at least one'],
    [{ type: 'OAUTH2', accessToken: 'abcdef' }, 'Invalid'],
    [{ type: 'OTHER' }, 'Invalid'],
  ])('%j is rejected', (secret, message) => {
    expect(readMessages(secretSchema.safeParse(secret))).toContain(message)
  })
})

describe('a provider', () => {
  const provider = { name: 'a', title: 'A', hosts: ['API.Example.com'], auth: [{ type: 'USER_PASSWORD' }] }

  it('needs no hosts if each credential names its own', () => {
    expect(providerSchema.parse({ ...provider, hosts: [] }).hosts).toEqual([])
  })

  it('formats its hosts in punycode', () => {
    expect(providerSchema.parse(provider).hosts).toEqual(['api.example.com'])
  })

  it('declares OAuth endpoints, costs and webhook events', () => {
    const parsed = providerSchema.parse({ ...provider, auth: [OAUTH2], costs: [{ amount: 0.5, per: 'run' }] })
    expect(parsed.auth).toEqual([OAUTH2])
    expect(parsed.costs).toEqual([{ amount: '0.5', per: 'run' }])
    expect(providerSchema.parse(parsed)).toEqual(parsed)
    expect(listAuthorizationHosts({ ...OAUTH2, defaultScopes: [], revocationUrl: 'https://x.example/' })).toEqual([
      'example.com',
      'x.example',
    ])
  })

  it.each([
    ['http://localhost:80/token', true],
    ['http://localhost:8080/token', false],
    ['http://api.example.com/token', false],
    ['https://anywhere.example/token', true],
  ])('with its token endpoint at %s is valid: %s', (tokenUrl, isAccepted) => {
    const given = { ...provider, hosts: ['api.example.com', 'http://localhost'], auth: [{ ...OAUTH2, tokenUrl }] }
    expect(providerSchema.safeParse(given).success).toBe(isAccepted)
  })

  it.each([
    [{ auth: [{ ...OAUTH2, tokenUrl: 'javascript:alert(1)' }] }, 'must be http or https'],
    [{ auth: [{ ...OAUTH2, tokenUrl: 'https://user:password@example.com/' }] }, 'must not have a user'],
    [{ auth: [{ ...OAUTH2, defaultScopes: ['admin'] }] }, 'must be among the scopes'],
    [{ auth: [{ ...OAUTH2, scopes: { 'a b': 'two' }, defaultScopes: [] }] }, 'Invalid key'],
    [{ auth: [{ ...OAUTH2, extraAuthorizationParameters: { state: 'mine' } }] }, 'a parameter that Ashlar sets'],
    [{ auth: [{ ...OAUTH2, clientAuthentication: 'jwt' }] }, 'Invalid option'],
    [{ costs: [{ amount: 1e-7, per: 'run' }] }, 'must be a decimal'],
    [{ costs: [{ amount: '-1', per: 'run' }] }, 'must be a decimal'],
    [{ costs: [{ amount: '1', per: 'mile' }] }, 'Invalid option'],
    [{ hosts: ['*'] }, 'too wide a wildcard'],
    [{ hosts: ['GET api.example.com'] }, 'must be only a host'],
    [{ hosts: ['api.example.com/x'] }, 'must be only a host'],
    [{ hosts: ['ftp://api.example.com'] }, 'must not have a scheme'],
    [{ hosts: [], auth: [OAUTH2] }, 'hosts must name'],
    [{ hosts: [], auth: [{ type: 'API_KEY', query: 'key' }] }, 'hosts must name'],
    [{ auth: [] }, 'Too small'],
    [{ auth: [{ type: 'USER_PASSWORD' }, { type: 'USER_PASSWORD' }] }, 'one entry of each type'],
    [{ auth: [{ type: 'API_KEY', header: 'host', format: '{key}' }] }, 'name of a header that may be set'],
    [{ auth: [{ type: 'API_KEY', header: 'x', format: 'none' }] }, 'contain {key}'],
    [{ auth: [{ type: 'KEY' }] }, 'must be apiKey'],
  ])('with %j is rejected', (change, message) => {
    expect(readMessages(providerSchema.safeParse({ ...provider, ...change }))).toContain(message)
  })
})
