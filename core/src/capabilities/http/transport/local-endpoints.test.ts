import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestHttp } from '../../../testing/index.ts'
import { createRunCredentials } from '../../credentials/index.ts'
import type { RequestCredentials } from '../message/index.ts'
import type { HttpGrant } from '../rules/index.ts'
import { isLocalEndpoint } from './index.ts'

let server: Server
let port: number
const received: string[] = []
beforeAll(async () => {
  server = createServer((request, response) => {
    received.push(`${request.headers.host} ${request.headers.authorization ?? ''}`)
    const away = /^\/to\/(.*)$/.exec(request.url ?? '')?.[1]
    if (away) response.writeHead(307, { location: decodeURIComponent(away) }).end()
    else response.end('local')
  })
  await new Promise<void>((resolve) => server.listen(0, resolve)) // all addresses of this machine
  port = (server.address() as AddressInfo).port
})
afterAll(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))

/** The credential of the user for `ai/openai-compatible` and for `other/api`, which have the same base URL. */
function credentialsFor(host: string, ofAccount = false): RequestCredentials {
  const grants = ['ai/openai-compatible', 'other/api']
  const block = { qualifiedName: 'ai/text', capabilities: { credentials: grants }, inputSchema: {}, chosenCredentials: {} }
  const store = {
    open: (_owner: string, provider: string) => {
      const secret = { type: 'ENDPOINT', baseUrl: `http://${host}/v1`, key: 'sk-local-1' } as const
      const auth = { type: 'ENDPOINT', baseUrl: '', header: 'authorization', format: 'Bearer {key}' } as const
      const hosts = [`http://${host}`]
      return Promise.resolve({ provider, name: 'default', hosts, auth, scopes: [], secret, hidden: [], ofAccount })
    },
  }
  return createRunCredentials(store, { execution: { id: 'e', ownerId: 'o', graphId: null }, block } as never)
}

interface Attempt {
  url: string
  credential?: string
  host?: string
  allowed?: string[]
  grant?: HttpGrant
  /** Whether an account has installed the plugin of the provider. */
  ofAccount?: boolean
  resolve?: Record<string, string>
}

async function send({
  url,
  credential,
  host = new URL(url).host,
  allowed,
  grant,
  ofAccount,
  resolve = {},
}: Attempt): Promise<unknown> {
  const http = createTestHttp({
    grant: grant ?? [{ fromCredential: 'ai/openai-compatible' }, { fromCredential: 'other/api' }],
    credentials: credentialsFor(host, ofAccount),
    localEndpoints: (provider) => (provider === 'ai/openai-compatible' ? (allowed ?? [`127.0.0.1:${port}`]) : []),
    resolve: (name) => Promise.resolve([{ address: resolve[name] ?? '93.184.215.14', family: 4 }]),
  })
  try {
    return (await http.request(url, credential === undefined ? {} : { credential })).text
  } catch (error) {
    return (error as { code?: string }).code
  } finally {
    await http.close()
  }
}

const AI = { credential: 'ai/openai-compatible' }

describe('a local endpoint', () => {
  it('receives requests with the credential of its provider, and its key', async () => {
    received.length = 0
    expect(await send({ ...AI, url: `http://127.0.0.1:${port}/v1/models` })).toBe('local')
    expect(received).toEqual([`127.0.0.1:${port} Bearer sk-local-1`])
  })

  it('can be a name, which the operator then trusts', async () => {
    const url = `http://ollama.lan:${port}/v1`
    expect(await send({ ...AI, url, allowed: [`ollama.lan:${port}`], resolve: { 'ollama.lan': '127.0.0.1' } })).toBe('local')
  })

  it('can be an IPv6 address', async () => {
    expect(await send({ ...AI, url: `http://[::1]:${port}/v1`, allowed: [`[::1]:${port}`] })).toBe('local')
  })

  it.each<[string, () => Attempt, string]>([
    [
      'a request without a credential',
      () => ({ url: `http://127.0.0.1:${port}/`, grant: [{ anyHost: true }] }),
      'HTTP_BLOCKED_ADDRESS',
    ],
    [
      'a block that names no credential',
      () => ({ ...AI, url: `http://127.0.0.1:${port}/`, grant: ['a.example'] }),
      'HTTP_DENIED',
    ],
    ['another provider', () => ({ credential: 'other/api', url: `http://127.0.0.1:${port}/` }), 'HTTP_BLOCKED_ADDRESS'],
    [
      'a provider of a plugin that an account has installed',
      () => ({ ...AI, url: `http://127.0.0.1:${port}/`, ofAccount: true }),
      'HTTP_BLOCKED_ADDRESS',
    ],
    ['another port', () => ({ ...AI, url: `http://127.0.0.1:${port}/`, allowed: ['127.0.0.1:1'] }), 'HTTP_BLOCKED_ADDRESS'],
    [
      'a URL that the credential is not for',
      () => ({ ...AI, url: `http://127.0.0.1:${port}/`, host: '127.0.0.1:1' }),
      'HTTP_DENIED',
    ],
    ['another address of this machine', () => ({ ...AI, url: `http://127.0.0.2:${port}/` }), 'HTTP_BLOCKED_ADDRESS'],
    ['IPv6', () => ({ ...AI, url: `http://[::1]:${port}/` }), 'HTTP_BLOCKED_ADDRESS'],
    ['a mapped address', () => ({ ...AI, url: `http://[::ffff:127.0.0.1]:${port}/` }), 'HTTP_BLOCKED_ADDRESS'],
    [
      'a name that resolves to the address',
      () => ({ ...AI, url: `http://rebind.example:${port}/`, resolve: { 'rebind.example': '127.0.0.1' } }),
      'HTTP_BLOCKED_ADDRESS',
    ],
    [
      'a redirect to another port',
      () => ({ ...AI, url: `http://127.0.0.1:${port}/to/http%3A%2F%2F127.0.0.1%3A1%2F` }),
      'HTTP_DENIED',
    ],
    [
      'a redirect to a name',
      () => ({ ...AI, url: `http://127.0.0.1:${port}/to/http%3A%2F%2Flocalhost%3A${port}%2F` }),
      'HTTP_DENIED',
    ],
    [
      'a redirect to the metadata service',
      () => ({ ...AI, url: `http://127.0.0.1:${port}/to/http%3A%2F%2F169.254.169.254%2F` }),
      'HTTP_DENIED',
    ],
    [
      'a redirect to another host, although the block may reach any',
      () => ({ ...AI, grant: [{ anyHost: true }], url: `http://127.0.0.1:${port}/to/http%3A%2F%2F127.0.0.2%3A${port}%2F` }),
      'HTTP_BLOCKED_ADDRESS',
    ],
  ])('does not admit %s', async (_what, attempt, code) => {
    expect(await send(attempt())).toBe(code)
  })

  it('reads other spellings of the address as the address', async () => {
    expect(await send({ ...AI, url: `http://2130706433:${port}/`, host: `127.0.0.1:${port}` })).toBe('local')
  })

  it.each([
    ['127.0.0.1:11434', true],
    ['localhost:1', true],
    ['[::1]:11434', true],
    ['127.0.0.1', false],
    ['127.0.0.1:0', false],
    ['127.0.0.1:99999', false],
    ['*.lan:80', false],
    ['http://127.0.0.1:80', false],
    ['127.0.0.1:80/v1', false],
    ['a@b:80', false],
    ['', false],
  ])('%j is an endpoint: %s', (text, isValid) => {
    expect(isLocalEndpoint(text)).toBe(isValid)
  })
})
