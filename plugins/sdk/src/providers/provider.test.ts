import { describe, expect, it } from 'vitest'
import { apiKey, defineBlock, defineProvider, oauth2 } from '../index.ts'
import { z } from 'zod'

const endpoints = { authorizationUrl: 'https://example.com/authorize', tokenUrl: 'https://example.com/token' }

describe('oauth2', () => {
  it('uses PKCE, HTTP Basic and a bearer token by default', () => {
    expect(oauth2({ ...endpoints, scopes: { read: 'Read' } })).toEqual({
      ...endpoints,
      type: 'OAUTH2',
      scopes: { read: 'Read' },
      defaultScopes: [],
      pkce: true,
      clientAuthentication: 'basic',
      extraAuthorizationParameters: {},
      header: 'authorization',
      format: 'Bearer {key}',
    })
    const special = oauth2({ ...endpoints, scopes: {}, header: 'X-Token', pkce: false, clientAuthentication: 'none' })
    expect(special).toMatchObject({ header: 'X-Token', format: '{key}', pkce: false, clientAuthentication: 'none' })
  })

  it('rejects an unknown default scope and a format without the token', () => {
    expect(() => oauth2({ ...endpoints, scopes: { read: '' }, defaultScopes: ['write'] })).toThrow(
      'the default scope "write" must be one of read',
    )
    expect(() => oauth2({ ...endpoints, scopes: {}, format: 'Bearer' })).toThrow('must contain {key}, got "Bearer"')
  })
})

it('accepts costs, webhooks and one way to authenticate of each type', () => {
  const auth = oauth2({ ...endpoints, scopes: {} })
  const provider = { name: 'service', title: 'Service', hosts: ['example.com'], auth: [auth, apiKey()] }
  const webhook = {
    events: [{ name: 'push', description: 'Commits were pushed' }],
    signature: { header: 'x-hub-signature-256', algorithm: 'hmac-sha256', prefix: 'sha256=' },
  } as const
  const whole = { ...provider, costs: [{ amount: '0.000125', per: 'token' }], webhook } as const
  expect(defineProvider(whole)).toEqual(whole)
  expect(() => defineProvider({ ...provider, auth: [auth, auth] })).toThrow('at most one of each type')
})

it('accepts the scopes that a block needs', () => {
  const { capabilities } = defineBlock({
    id: '7e7c87ab-3469-4bcc-9abe-67705091b713',
    name: 'get',
    description: '',
    category: 'TEST',
    capabilities: { credentials: ['other/service', { provider: 'service', scopes: ['read'] }] },
    input: z.object({}),
    output: z.object({}),
    tests: [],
    *run() {},
  })
  expect(capabilities.credentials).toHaveLength(2)
})
