import { expect, it } from 'vitest'
import { manifestSchema } from './manifest.ts'

const manifestWith = (change: object, providers: unknown[] = []): unknown => ({
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
      capabilities: {},
      onCrash: 'fail',
      inputSchema: { type: 'object', properties: { url: { type: 'string' } } },
      outputSchema: { type: 'object' },
      tests: [],
      ...change,
    },
  ],
})
const withCapabilities = (capabilities: unknown, onCrash = 'fail'): unknown => manifestWith({ capabilities, onCrash })
const withHttp = (http: unknown[]): unknown => manifestWith({ capabilities: { http } })

it('takes a grant of the host that an input pin names', () => {
  expect(manifestSchema.safeParse(withHttp([{ fromInput: 'url' }])).success).toBe(true)
})

it('refuses a grant of the host of a pin that is not there', () => {
  expect(manifestSchema.safeParse(withHttp([{ fromInput: 'address' }])).error?.issues[0]).toMatchObject({
    path: ['blocks', 0, 'capabilities', 'http'],
    message: 'fromInput("address") names no input pin; there are url',
  })
})

it('gives what it leaves out its default, and costs as exact text', () => {
  const costs = [{ amount: 0.5 }, { amount: '0.000125', per: 'token', when: { model: 'a' } }]
  expect(manifestSchema.parse(manifestWith({ costs })).blocks[0]).toMatchObject({
    categories: [],
    costs: [
      { amount: '0.5', per: 'run' },
      { amount: '0.000125', per: 'token', when: { model: 'a' } },
    ],
  })
})

const SERVICE = { name: 'service', title: 'Service', hosts: ['a.example'], auth: [{ type: 'USER_PASSWORD' }] }

it.each([
  [{ costs: [{ amount: -1 }] }, [], 'must be a decimal like 0.5'],
  [{ costs: [{ amount: '0.0000001' }] }, [], 'must be a decimal like 0.5'],
  [{ costs: [{ amount: 1, per: 'day' }] }, [], 'Invalid option'],
  [{ timeoutMs: 1_800_001 }, [], 'Too big'],
  [{ capabilities: { credentials: ['service'] } }, [], 'the plugin has no provider "service"; it has none'],
  [{ capabilities: { 'credentials.reveal': ['web/other'] } }, [SERVICE], 'the plugin has no provider "other"; it has service'],
  [{ capabilities: { credentials: ['a/b/c'] } }, [], 'must be the name of a provider'],
])('refuses %j', (change, providers, message) => {
  expect(manifestSchema.safeParse(manifestWith(change, providers)).error?.issues.at(-1)?.message).toContain(message)
})

it('takes a provider of its own or of another plugin', () => {
  const capabilities = { credentials: ['service', 'github/github'] }
  expect(manifestSchema.safeParse(manifestWith({ capabilities }, [SERVICE])).success).toBe(true)
})
it('takes a block that sleeps and has effects only where it may be run again', () => {
  const capabilities = { sleep: true, storage: ['user'] }
  expect(manifestSchema.safeParse(withCapabilities(capabilities, 'retry')).success).toBe(true)
  expect(manifestSchema.safeParse(withCapabilities({ sleep: true })).success).toBe(true)
  expect(manifestSchema.safeParse(withCapabilities(capabilities)).error?.issues[0]).toMatchObject({
    path: ['blocks', 0, 'onCrash'],
    message:
      "a block that sleeps is run again from its beginning after each sleep, so one that also has a capability that can be seen outside must declare onCrash: 'retry'",
  })
})

const OAUTH_SERVICE = {
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
  const { error } = manifestSchema.safeParse(manifestWith({ capabilities: { credentials } }, [OAUTH_SERVICE]))
  expect(error?.issues[0]?.message ?? 'taken').toContain(fault)
})
