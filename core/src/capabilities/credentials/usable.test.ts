import { describe, expect, it } from 'vitest'
import { providerSchema } from './provider.ts'
import { secretSchema } from './secret.ts'
import { createUsable, type OpenedCredential } from './usable.ts'

const KEY: OpenedCredential = {
  provider: 'a/a',
  name: 'default',
  hosts: ['api.example.com', '*.example.org', 'http://localhost:8080'],
  auth: { type: 'API_KEY', header: 'Authorization', format: 'Bearer {key}' },
  secret: { type: 'API_KEY', key: 'k3y$&' },
}

const attach = (credential: OpenedCredential, url: string, headers: [string, string][] = []): [string, unknown] => {
  const sent = createUsable(credential).attach({ url: new URL(url), headers })
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
      'user and password',
      { auth: { type: 'USER_PASSWORD' }, secret: { type: 'USER_PASSWORD', username: 'ada', password: 'lovelace' } },
      'https://x.example.org/',
      ['https://x.example.org/', { authorization: 'Basic YWRhOmxvdmVsYWNl', accept: 'x' }],
    ],
    [
      'headers of its own',
      { auth: { type: 'HOST_SCOPED' }, secret: { type: 'HOST_SCOPED', headers: { 'X-Key': 'abcd' } } },
      'http://localhost:8080/',
      ['http://localhost:8080/', { 'x-key': 'abcd', authorization: 'own', accept: 'x' }],
    ],
  ])('is put there as %s, in place of what the block says', (_way, change, url, expected) => {
    const headers: [string, string][] = [
      ['authorization', 'own'],
      ['accept', 'x'],
    ]
    expect(attach({ ...KEY, ...change }, url, headers)).toEqual(expected)
  })

  it.each([
    'http://api.example.com/',
    'https://api.example.com:8443/',
    'https://api.example.com.evil.example/',
    'https://example.org/',
    'https://localhost:8081/',
    'http://localhost/',
  ])('does not go to %s', (url) => {
    expect(attach(KEY, url)).toEqual([url, {}])
    expect(() => createUsable(KEY).assertFor(new URL(url))).toThrow(/the credential "default" of a\/a is for api.example.com/)
  })
})

const messagesOf = ({ error }: { error?: { issues: { message: string }[] } | undefined }): string =>
  error?.issues.map(({ message }) => message).join() ?? 'taken'

describe('a secret', () => {
  it.each([
    [{ type: 'API_KEY', key: 'abc' }, 'at least 4'],
    [{ type: 'API_KEY', key: 'a\r\nhost: evil' }, 'printable ASCII'],
    [{ type: 'USER_PASSWORD', username: 'a:b', password: 'long' }, 'must not contain ":"'],
    [{ type: 'HOST_SCOPED', headers: { host: 'evil.example' } }, 'header that may be set'],
    [{ type: 'HOST_SCOPED', headers: {} }, 'at least one'],
    [{ type: 'OTHER' }, 'Invalid'],
  ])('like %j is refused', (secret, message) => {
    expect(messagesOf(secretSchema.safeParse(secret))).toContain(message)
  })
})

describe('a provider', () => {
  const provider = { name: 'a', title: 'A', hosts: ['API.Example.com'], auth: [{ type: 'USER_PASSWORD' }] }

  it('shows its hosts as they go over the wire', () => {
    expect(providerSchema.parse(provider).hosts).toEqual(['api.example.com'])
  })

  it.each([
    [{ hosts: ['*'] }, 'nearly every host'],
    [{ hosts: ['GET api.example.com'] }, 'must be a host alone'],
    [{ hosts: ['api.example.com/x'] }, 'must be a host alone'],
    [{ hosts: ['ftp://api.example.com'] }, 'must not have a scheme'],
    [{ hosts: [] }, 'hosts must name'],
    [{ auth: [] }, 'Too small'],
    [{ auth: [{ type: 'USER_PASSWORD' }, { type: 'USER_PASSWORD' }] }, 'one entry of each type'],
    [{ auth: [{ type: 'API_KEY', header: 'host', format: '{key}' }] }, 'header that may be set'],
    [{ auth: [{ type: 'API_KEY', header: 'x', format: 'none' }] }, 'contain {key}'],
  ])('with %j is refused', (change, message) => {
    expect(messagesOf(providerSchema.safeParse({ ...provider, ...change }))).toContain(message)
  })
})
