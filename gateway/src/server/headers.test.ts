import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGateway, type Gateway } from './index.ts'

const KEY = 'the-key-of-the-owner'
const HTML = { accept: 'text/html' }
const OWNER = { authorization: `Bearer ${KEY}` }

let runtime: TestRuntime
let gateway: Gateway
let secured: Gateway
beforeAll(async () => {
  runtime = await createTestRuntime({ role: 'gateway', pluginRoots: [] })
  await runtime.apiKeys.allow(runtime.ownerId, KEY, 'owner')
  gateway = createGateway({ runtime, ownerKey: KEY })
  secured = createGateway({ runtime, ownerKey: KEY, publicUrl: 'https://ashlar.example' })
})
afterAll(async () => {
  await Promise.all([gateway.close(), secured.close()])
  await runtime.close()
})

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return gateway.fetch(new Request(`http://127.0.0.1${path}`, { headers, redirect: 'manual' }))
}

const ANSWERS: [string, string, Record<string, string>, number][] = [
  ['the first page', '/', {}, 302],
  ['GraphiQL', '/graphql', HTML, 200],
  ['a query', '/graphql?query={viewer{user{name}}}', OWNER, 200],
  ['an event stream', '/graphql?query={viewer{user{name}}}', { ...OWNER, accept: 'text/event-stream' }, 200],
  ['a query without a key', '/graphql?query={viewer{user{name}}}', {}, 401],
  ['the login page', '/login', HTML, 200],
  ['the sign-in page', '/sign-in', HTML, 200],
  ['the sign-up page', '/sign-up', HTML, 200],
  ['the reset page', '/reset', HTML, 200],
  ['the health', '/health', {}, 200],
  ['an unknown path', '/unknown', {}, 404],
  ['an unknown file', '/files/unknown', {}, 404],
  ['a method that is not accepted', '/login/links', {}, 405],
]

describe.each(ANSWERS)('%s', (_name, path, request, status) => {
  it('is not stored by caches, framed, or sniffed', async () => {
    const response = await get(path, request)
    expect(response.status).toBe(status)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store, private',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
      'content-security-policy': expect.stringContaining(`frame-ancestors 'none'`),
    })
    expect(response.headers.has('strict-transport-security')).toBe(false)
  })

  it('allows only own scripts', async () => {
    const policy = (await get(path, request)).headers.get('content-security-policy') ?? ''
    expect(policy).toContain(`default-src 'none'`)
    expect(policy).not.toMatch(/script-src(?! 'self'(;|$))/)
    expect(policy.replace(path === '/graphql' ? `style-src 'self' 'unsafe-inline'` : '', '')).not.toContain('unsafe')
  })
})

it('caches store only files that are the same for everyone', async () => {
  const page = await (await get('/sign-in', HTML)).text()
  const paths = [...page.matchAll(/(?:src|href)="(pages\/[^"]+)"/g)].map(([, path]) => `/${path}`)
  expect(paths.length).toBeGreaterThan(1)
  for (const path of paths) {
    const { headers } = await get(path)
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  }
})

it('browsers use only https for a server with an https URL', async () => {
  const { headers } = await secured.fetch(new Request('https://ashlar.example/health'))
  expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
})
