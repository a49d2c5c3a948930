import { createServer, type RequestListener } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTestIssuer, type TestIssuer } from '../../testing/test-issuer.ts'
import { fetchKeys } from './fetch-keys.ts'

let issuer: TestIssuer
beforeEach(async () => {
  issuer = await startTestIssuer()
  await issuer.addKey('ES256', 'one')
})
afterEach(() => issuer.close())

const never = new AbortController().signal
const load = (jwksUrl?: string): Promise<unknown> => fetchKeys({ issuer: issuer.issuer, jwksUrl }, never)
const respondWith =
  (body: unknown, status = 200): RequestListener =>
  (_request, response) =>
    void response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body))

it('finds the keys of an issuer by discovery', async () => {
  expect(await load()).toEqual({ keys: issuer.keys })
  expect(issuer.requests).toEqual(['/.well-known/openid-configuration', '/jwks'])
})

it('fetches the keys from a configured URL', async () => {
  expect(await load(`${issuer.issuer}/jwks`)).toEqual({ keys: issuer.keys })
  expect(issuer.requests).toEqual(['/jwks'])
})

it('ignores keys that are not public keys for signatures', async () => {
  const [key] = issuer.keys
  const others = [null, 5, { kty: 'oct', k: 'AAAA' }, { kty: 'XYZ' }, { ...key, use: 'enc' }, { ...key, d: 'AAAA' }]
  issuer.keys = [...(others as never[]), ...(key ? [key] : [])]
  expect(await load()).toEqual({ keys: [key] })
})

describe('rejects a key endpoint that', () => {
  it.each<[string, RequestListener, RegExp]>([
    ['is not JSON', respondWith('<html>'), /is not a JSON object/],
    ['is a text', respondWith('"keys"'), /is not a JSON object/],
    ['is no key set', respondWith({}), /contains no public key/],
    ['has no list of keys', respondWith({ keys: {} }), /contains no public key/],
    ['has an empty list of keys', respondWith({ keys: [] }), /contains no public key/],
    ['has a shared secret only', respondWith({ keys: [{ kty: 'oct', k: 'AAAA' }] }), /contains no public key/],
    ['responds with an error', respondWith({ keys: [] }, 500), /status 500/],
    ['is too large', respondWith(`{"x":"${'x'.repeat(300_000)}"}`), /more than 262144 bytes/],
    ['breaks off', (_request, response) => void response.write('{', () => response.destroy()), /cannot be read/],
  ])('%s', async (_name, respond, message) => {
    issuer.respond = respond
    await expect(load(`${issuer.issuer}/jwks`)).rejects.toThrow(message)
  })

  it('redirects, and does not follow the redirect', async () => {
    const reached: string[] = []
    const other = createServer((request, response) => {
      reached.push(request.url ?? '')
      response.end(JSON.stringify({ keys: issuer.keys }))
    })
    await once(other.listen(0, '127.0.0.1'), 'listening')
    const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/jwks`
    issuer.respond = (_request, response) => void response.writeHead(302, { location }).end()
    await expect(load(`${issuer.issuer}/jwks`)).rejects.toThrow(/status 302/)
    expect(reached).toEqual([])
    other.close()
  })

  it('cannot be reached', async () => {
    const closed = await startTestIssuer()
    await closed.close()
    await expect(load(`${closed.issuer}/jwks`)).rejects.toThrow(/cannot be read: connect ECONNREFUSED/)
  })

  it('does not respond, when the fetch is cancelled', async () => {
    issuer.respond = () => undefined
    const cancelled = new AbortController()
    const loading = fetchKeys({ issuer: issuer.issuer }, cancelled.signal)
    cancelled.abort()
    await expect(loading).rejects.toThrow(/cannot be read/)
  })
})

describe('rejects a discovery document that', () => {
  it.each([
    [
      'is of another issuer',
      { issuer: 'https://other.example', jwks_uri: 'https://other.example/jwks' },
      /must announce the issuer/,
    ],
    ['has no issuer', { jwks_uri: 'https://other.example/jwks' }, /must announce the issuer/],
    ['has no URL of keys', {}, /must contain a "jwks_uri"/],
    ['has a URL of keys that is no URL', { jwks_uri: '/jwks' }, /must contain a "jwks_uri"/],
    ['has an insecure URL of keys', { jwks_uri: 'http://other.example/jwks' }, /must be an https URL/],
    ['has a file as its URL of keys', { jwks_uri: 'file:///etc/passwd' }, /must be an https URL/],
  ])('%s', async (name, document, message) => {
    issuer.respond = respondWith({ ...(!name.includes('issuer') && { issuer: issuer.issuer }), ...document })
    await expect(load()).rejects.toThrow(message)
  })
})
