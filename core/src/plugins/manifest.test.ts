import { expect, it } from 'vitest'
import { manifestSchema } from './manifest.ts'

const withHttp = (http: unknown[]): unknown => withCapabilities({ http })
const withCapabilities = (capabilities: object, providers: unknown[] = []): unknown => ({
  name: 'web',
  providers,
  blocks: [
    {
      id: '55555555-0000-4000-8000-000000000001',
      name: 'get',
      description: '',
      category: 'TEST',
      kind: 'standard',
      staticOutput: false,
      serial: false,
      capabilities,
      onCrash: 'fail',
      inputSchema: { type: 'object', properties: { url: { type: 'string' } } },
      outputSchema: { type: 'object' },
      tests: [],
    },
  ],
})

it('takes a grant of the host that an input pin names', () => {
  expect(manifestSchema.safeParse(withHttp([{ fromInput: 'url' }])).success).toBe(true)
})

it('refuses a grant of the host of a pin that is not there', () => {
  expect(manifestSchema.safeParse(withHttp([{ fromInput: 'address' }])).error?.issues[0]).toMatchObject({
    path: ['blocks', 0, 'capabilities', 'http'],
    message: 'fromInput("address") names no input pin; there are url',
  })
})

const SERVICE = {
  name: 'service',
  title: 'Service',
  hosts: ['api.example.com'],
  auth: [
    {
      type: 'OAUTH2',
      authorizationUrl: 'https://example.com/authorize',
      tokenUrl: 'https://example.com/token',
      scopes: { read: 'Read' },
      defaultScopes: [],
      pkce: true,
      clientAuthentication: 'basic',
      extraAuthorizationParameters: {},
      header: 'authorization',
      format: 'Bearer {key}',
    },
  ],
}

it.each([
  [['service'], 'taken'],
  [[{ provider: 'service', scopes: ['read'] }], 'taken'],
  [[{ provider: 'other/service', scopes: ['what nobody here knows'.replaceAll(' ', '-')] }], 'taken'],
  [['github'], 'the plugin has no provider "github"; it has service'],
  [[{ provider: 'web/service', scopes: ['read', 'admin'] }], 'the provider "service" has no scope "admin"; it has read'],
  [[{ provider: 'service', scopes: [] }], 'Too small'],
  [[{ name: 'service' }], 'must be the name of a provider, like "github" or "other-plugin/github", or { provider, scopes }'],
  [['../service'], 'must be the name of a provider'],
])('credentials %j: %s', (credentials, fault) => {
  const { error } = manifestSchema.safeParse(withCapabilities({ credentials }, [SERVICE]))
  expect(error?.issues[0]?.message ?? 'taken').toContain(fault)
})
