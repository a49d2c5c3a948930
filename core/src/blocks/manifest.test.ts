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

it('accepts a host from an input pin', () => {
  expect(manifestSchema.safeParse(withHttp([{ fromInput: 'url' }])).success).toBe(true)
})

it('rejects a host from an unknown pin', () => {
  expect(manifestSchema.safeParse(withHttp([{ fromInput: 'address' }])).error?.issues[0]).toMatchObject({
    path: ['blocks', 0, 'capabilities', 'http'],
    message: 'fromInput("address") names an unknown input pin; the block has url',
  })
})

it('fills in defaults and returns costs as exact text', () => {
  const costs = [{ amount: 0.5 }, { amount: '0.000125', per: 'token', when: { model: 'a' } }]
  expect(manifestSchema.parse(manifestWith({ costs })).blocks[0]).toMatchObject({
    categories: [],
    synonyms: [],
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
  [{ synonyms: Array.from({ length: 21 }, (_, i) => `word ${i}`) }, [], 'Too big'],
  [{ synonyms: ['  '] }, [], 'Too small'],
  [{ synonyms: ['x'.repeat(51)] }, [], 'Too big'],
  [{ synonyms: 'loop' }, [], 'expected array'],
  [{ capabilities: { credentials: ['service'] } }, [], 'the plugin has no provider "service"; it has none'],
  [{ capabilities: { 'credentials.reveal': ['web/other'] } }, [SERVICE], 'the plugin has no provider "other"; it has service'],
  [{ capabilities: { credentials: ['a/b/c'] } }, [], 'must be the name of a provider'],
])('rejects %j', (change, providers, message) => {
  expect(manifestSchema.safeParse(manifestWith(change, providers)).error?.issues.at(-1)?.message).toContain(message)
})

it('accepts a provider of the same or of another plugin', () => {
  const capabilities = { credentials: ['service', 'github/github'] }
  expect(manifestSchema.safeParse(manifestWith({ capabilities }, [SERVICE])).success).toBe(true)
})

it('rejects an effectful block that sleeps but does not allow retries', () => {
  const capabilities = { sleep: true, storage: ['user'] }
  expect(manifestSchema.safeParse(withCapabilities(capabilities, 'retry')).success).toBe(true)
  expect(manifestSchema.safeParse(withCapabilities({ sleep: true })).success).toBe(true)
  expect(manifestSchema.safeParse(withCapabilities(capabilities)).error?.issues[0]).toMatchObject({
    path: ['blocks', 0, 'onCrash'],
    message:
      "a block that sleeps runs again from its start after each sleep, so a block that is also effectful must declare onCrash: 'retry'",
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
  [['service'], 'accepted'],
  [[{ provider: 'service', scopes: ['read'] }], 'accepted'],
  [[{ provider: 'other/service', scopes: ['unknown-scope'] }], 'accepted'],
  [['github'], 'the plugin has no provider "github"; it has service'],
  [[{ provider: 'web/service', scopes: ['read', 'admin'] }], 'the provider "service" has no scope "admin"; it has read'],
  [[{ provider: 'service', scopes: [] }], 'Too small'],
  [[{ name: 'service' }], 'must be the name of a provider, like "github" or "other-plugin/github", or { provider, scopes }'],
  [['../service'], 'must be the name of a provider'],
])('credentials %j: %s', (credentials, fault) => {
  const { error } = manifestSchema.safeParse(manifestWith({ capabilities: { credentials } }, [OAUTH_SERVICE]))
  expect(error?.issues[0]?.message ?? 'accepted').toContain(fault)
})

const list = { type: 'array', items: {} }
const withPins = (inputs: object, outputs: object, staticOutput = false): unknown =>
  manifestWith({
    staticOutput,
    inputSchema: { type: 'object', properties: inputs, $defs: { List: { ...list, collect: true } } },
    outputSchema: { type: 'object', properties: outputs },
  })

it('accepts markers of pins for loops', () => {
  const inputs = { items: { ...list, collect: true }, other: { optional: true }, facts: { loop: true }, last: { latest: true } }
  const outputs = {
    item: { many: true },
    part: { manyIf: ['other'] },
    end: { done: true },
    failure: { caught: true },
    plain: { many: false },
  }
  expect(manifestSchema.safeParse(withPins(inputs, outputs)).success).toBe(true)
  expect(manifestSchema.safeParse(withPins({ items: { $ref: '#/$defs/List' } }, {})).success).toBe(true)
})

it.each([
  [
    { a: { many: true } },
    {},
    'the input "a" is many, but an input can only be collect, optional, latest, feedback, loop, steps or tools',
  ],
  [{}, { a: { collect: true } }, 'the output "a" is collect, but an output can only be many, done, caught or step'],
  [{ a: { steps: true } }, {}, 'the input "a" is steps, so the block must have an output that is step'],
  [{}, { a: { step: true } }, 'the output "a" is step, so the block must have an input that is steps'],
  [{ a: { tools: true }, b: { tools: true } }, {}, 'the inputs "a" and "b" are both tools: a block has at most one such input'],
  [
    { a: { steps: true } },
    { b: { step: true }, c: { many: true } },
    'the output "b" is step, so the block must have neither staticOutput nor an output that is many',
  ],
  [{}, { a: { many: 'yes' } }, 'the marker many of the output "a" must be true or false'],
  [{ a: { ...list, collect: 1 } }, {}, 'the marker collect of the input "a" must be true or false'],
  [{ a: { type: 'string', collect: true } }, {}, 'the input "a" is collect, so it must be a list: declare it as z.array(…)'],
  [{ a: { ...list, paged: true } }, {}, 'the input "a" is paged, so it must also be collect'],
  [{ a: { ...list, collect: true, paged: 1 } }, {}, 'the marker paged of the input "a" must be true or false'],
  [{}, { a: { paged: true } }, 'the output "a" is paged, but only an input can be'],
  [
    { a: { optional: true, latest: true } },
    {},
    'the input "a" is optional and latest: an input has at most one of these markers',
  ],
  [{ a: { loop: true } }, {}, 'the input "a" is loop, so the block must have an input that is collect'],
  [
    { a: { loop: true }, b: { loop: true }, c: { ...list, collect: true } },
    {},
    'the inputs "a" and "b" are both loop: a block has at most one such input',
  ],
  [{}, { a: { many: true, done: true } }, 'the output "a" is many and done: an output has at most one of these markers'],
  [{}, { a: { done: true } }, 'the output "a" is done, so the block must have an output that is many'],
  [{}, { a: { caught: true } }, 'the output "a" is caught, so the block must have an output that is many'],
  [{ a: {} }, { b: { manyIf: ['c'] } }, 'the marker manyIf of the output "b" must list inputs of the block: a'],
  [{ a: {} }, { b: { manyIf: 'a' } }, 'the marker manyIf of the output "b" must list inputs of the block: a'],
  [{ a: { manyIf: ['a'] } }, {}, 'the input "a" is manyIf, but only an output can be'],
  [
    { a: {} },
    { b: { manyIf: ['a'], many: true } },
    'the output "b" is many and manyIf: an output has at most one of these markers',
  ],
  [{}, { error: { many: true } }, 'the output "error" cannot be many: choose another pin'],
  [{}, { tools: { many: true } }, 'the output "tools" cannot be many: choose another pin'],
  [{ size: {} }, { a: { manyIf: ['count'] } }, 'the marker manyIf of the output "a" must list inputs of the block: size'],
  [{}, { a: { manyIf: true } }, 'the marker manyIf of the output "a" must list inputs of the block: it has none'],
  [
    { size: {} },
    { a: { many: true, manyIf: ['size'] } },
    'the output "a" is many and manyIf: an output has at most one of these markers',
  ],
])('rejects the inputs %j with the outputs %j', (inputs, outputs, message) => {
  expect(manifestSchema.safeParse(withPins(inputs, outputs)).error?.issues[0]?.message).toBe(message)
})

it('rejects a marker of a loop on a pin with static output, with the path of the pin', () => {
  expect(manifestSchema.safeParse(withPins({}, { a: { many: true } }, true)).error?.issues[0]).toMatchObject({
    path: ['blocks', 0, 'outputSchema', 'properties', 'a'],
    message: 'the output "a" is many, so the block must not have staticOutput',
  })
})
