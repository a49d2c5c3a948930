import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { createTestHttp } from '../../../testing/index.ts'
import type { HttpGrant } from '../rules/index.ts'
import { buildAddressGuard } from './address-guard.ts'
import { httpGrant } from '../grant.ts'
import { DEFAULT_HTTP_LIMITS } from '../message/limits.ts'
import { createHttpPool } from './pool.ts'
import type { Transport, TransportRequest } from './transport.ts'

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(undo.splice(0).map((step) => step()))
})

const LEAVING: HttpGrant = [{ fromInput: 'url', redirects: 'public' }]
const DENIED = expect.objectContaining({ code: 'HTTP_DENIED' }) as unknown

interface TestRequest {
  method?: string
  headers?: [string, string][]
  body?: string
  grant?: HttpGrant
  /** Hosts in private networks. */
  private?: string[]
}

/**
 * Follows redirects from https://a.example/.
 *
 * @param to where each host redirects
 * @returns the requests that were sent
 */
async function follow(
  to: Record<string, string>,
  request: TestRequest = {},
): Promise<Pick<TransportRequest, 'origin' | 'publicOnly'>[]> {
  const sent: Pick<TransportRequest, 'origin' | 'publicOnly'>[] = []
  const transport: Transport = {
    request: ({ origin, publicOnly }) => {
      sent.push({ origin, ...(publicOnly && { publicOnly }) })
      const location = to[new URL(origin).host]
      const body = Object.assign(Readable.from([]), { dump: () => Promise.resolve() })
      return Promise.resolve({ statusCode: location ? 302 : 200, statusText: '', headers: { location }, body })
    },
    isPublic: (hostname) => Promise.resolve(!request.private?.includes(hostname)),
    destroy: () => Promise.resolve(),
  }
  const http = createTestHttp({ transport, grant: request.grant ?? LEAVING, inputs: { url: 'https://a.example/' } })
  undo.push(http.close)
  const { method = 'GET', headers = [], body } = request
  await http.request('https://a.example/', { method, headers, ...(body !== undefined && { body }) })
  return sent
}

describe('a redirect to another host', () => {
  it('is followed if the manifest allows it', async () => {
    expect(await follow({ 'a.example': 'https://b.example/', 'b.example': 'http://c.example/' })).toEqual([
      { origin: 'https://a.example' },
      { origin: 'https://b.example', publicOnly: true },
      { origin: 'http://c.example', publicOnly: true },
    ])
  })

  it('is rejected if the manifest does not allow it', async () => {
    await expect(follow({ 'a.example': 'https://b.example/' }, { grant: [{ fromInput: 'url' }] })).rejects.toEqual(DENIED)
  })

  it('may lead to a private network only from a private network', async () => {
    const to = { 'a.example': 'https://b.example/', 'b.example': 'https://c.example/' }
    expect(await follow(to, { private: ['a.example', 'b.example'] })).toEqual([
      { origin: 'https://a.example' },
      { origin: 'https://b.example' },
      { origin: 'https://c.example' },
    ])
    expect(await follow(to, { private: ['a.example'] })).toEqual([
      { origin: 'https://a.example' },
      { origin: 'https://b.example' },
      { origin: 'https://c.example', publicOnly: true },
    ])
  })

  it('does not allow a first request to another host', async () => {
    const http = createTestHttp({ grant: LEAVING, inputs: { url: 'https://b.example/' } })
    undo.push(http.close)
    await expect(http.request('https://a.example/')).rejects.toEqual(DENIED)
  })

  it.each<[string, TestRequest]>([
    ['a method but GET and HEAD', { method: 'DELETE' }],
    ['a body', { method: 'PUT', body: 'x' }],
    ['a POST that becomes a GET', { method: 'POST', body: 'x' }],
    ['Authorization', { headers: [['Authorization', 'Bearer s3cret']] }],
    ['Cookie', { headers: [['Cookie', 'a=1']] }],
    ['a custom header', { headers: [['X-Api-Key', 's3cret']] }],
    ['a header that names another path', { headers: [['X-Original-URL', '/']] }],
  ])('is rejected for a request with %s', async (_, request) => {
    await expect(follow({ 'a.example': 'https://b.example/' }, request)).rejects.toEqual(DENIED)
  })

  it('keeps the headers that state what the client accepts', async () => {
    const headers: [string, string][] = [
      ['Accept', 'text/html'],
      ['Accept-Language', 'de'],
      ['User-Agent', 'me'],
    ]
    expect(await follow({ 'a.example': 'https://b.example/' }, { method: 'HEAD', headers })).toHaveLength(2)
  })

  it('is shown to the user before the first run', () => {
    expect(httpGrant.describe(LEAVING)).toEqual(['the host of input "url", and the public hosts that it redirects to'])
    expect(httpGrant.describe([{ fromInput: 'url' }])).toEqual(['the host of input "url"'])
  })
})

describe('connections to public addresses only', () => {
  it('reject a private address even if the operator allows it', async () => {
    const server = createServer((_, response) => response.end('x'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    undo.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))
    const resolve = (): Promise<{ address: string; family: number }[]> => Promise.resolve([{ address: '127.0.0.1', family: 4 }])
    const pool = createHttpPool(buildAddressGuard(['127.0.0.0/8', 'a.example']), DEFAULT_HTTP_LIMITS, resolve)
    undo.push(pool.destroy)
    const { port } = server.address() as AddressInfo
    const request = (host: string, publicOnly: boolean): Promise<unknown> =>
      pool
        .request({
          origin: `http://${host}:${port}`,
          path: '/',
          method: 'GET',
          headers: [],
          body: null,
          signal: new AbortController().signal,
          publicOnly,
        })
        .then(({ statusCode, body }) => body.dump({ limit: 100, signal: new AbortController().signal }).then(() => statusCode))
    for (const host of ['127.0.0.1', 'a.example']) {
      expect(await request(host, false)).toBe(200)
      await expect(request(host, true)).rejects.toMatchObject({ code: 'HTTP_BLOCKED_ADDRESS' })
    }
  })

  it('treat a host as public only if all its addresses are public', async () => {
    const addresses: Record<string, string[]> = {
      'public.example': ['1.1.1.1', '2606:4700::1111'],
      'mixed.example': ['1.1.1.1', '10.0.0.1'],
    }
    const resolve = (host: string): Promise<{ address: string; family: number }[]> =>
      Promise.resolve((addresses[host] ?? []).map((address) => ({ address, family: 4 })))
    const pool = createHttpPool(buildAddressGuard([]), DEFAULT_HTTP_LIMITS, resolve)
    undo.push(pool.destroy)
    const hosts = ['public.example', 'mixed.example', '1.1.1.1', '127.0.0.1', '[::1]', '[2606:4700::1111]']
    expect(await Promise.all(hosts.map(pool.isPublic))).toEqual([true, false, true, false, false, true])
  })
})
