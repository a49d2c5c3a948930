import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A local service with OAuth 2, and a plugin for it. */
export interface TestService {
  readonly url: string
  /** A folder with the plugin `service`: the provider `service/service`, and blocks that use it. */
  readonly pluginRoot: string
  /** As in `RuntimeConfig.oauthClients`. */
  readonly clients: Record<string, { clientId: string; clientSecret: string }>
  /** Every secret that the service issued. */
  readonly issued: { codes: string[]; access: string[]; refresh: string[] }
  /** The requests that the service received, by endpoint; of `api`, the authorization headers. */
  readonly received: { token: URLSearchParams[]; revoke: URLSearchParams[]; api: (string | undefined)[] }
  /** The lifetime of new access tokens in seconds. */
  lifeSeconds: number
  /** Replaces the response of the token endpoint. */
  onToken: ((response: ServerResponse) => void) | undefined
  /** Replaces the response of the revocation endpoint. */
  onRevoke: ((response: ServerResponse) => void) | undefined
  /** Invalidates all access tokens. */
  forgetAccess(): void
  /** Invalidates all refresh tokens. */
  forgetRefresh(): void
  /** Grants access, as a user does in a browser. @returns the URL that the service redirects to */
  grant(authorizationUrl: string): Promise<URL>
  close(): Promise<void>
}

const CLIENT = { clientId: 'the client', clientSecret: 'cl13nt:s3cret' }

interface Grant {
  challenge: string
  redirectUri: string
  scope: string
}

export async function startTestService(): Promise<TestService> {
  const service = new Service()
  const server = createServer((request, response) => {
    service.answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  service.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  service.pluginRoot = await mkdtemp(join(tmpdir(), 'ashlar-service-'))
  await mkdir(join(service.pluginRoot, 'service'))
  const manifest = { name: 'service', version: '1.0.0', ashlar: { blocks: './index.ts' } }
  await writeFile(join(service.pluginRoot, 'service', 'package.json'), JSON.stringify(manifest))
  await writeFile(join(service.pluginRoot, 'service', 'index.ts'), pluginSource(service.url))
  service.close = async () => {
    await new Promise((resolve) => server.close(resolve).closeAllConnections())
    await rm(service.pluginRoot, { recursive: true })
  }
  return service
}

class Service implements TestService {
  url = ''
  pluginRoot = ''
  readonly clients = { 'service/service': CLIENT }
  readonly issued: TestService['issued'] = { codes: [], access: [], refresh: [] }
  readonly received: TestService['received'] = { token: [], revoke: [], api: [] }
  lifeSeconds = 3600
  onToken: TestService['onToken']
  onRevoke: TestService['onRevoke']
  readonly #codes = new Map<string, Grant>()
  readonly #access = new Set<string>()
  readonly #refresh = new Map<string, string>()
  close: () => Promise<void> = async () => {}

  forgetAccess(): void {
    this.#access.clear()
  }

  forgetRefresh(): void {
    this.#refresh.clear()
  }

  async grant(authorizationUrl: string): Promise<URL> {
    const response = await fetch(authorizationUrl, { redirect: 'manual' })
    await response.body?.cancel()
    return new URL(response.headers.get('location') ?? `${this.url}/no-location`)
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', this.url)
    const { authorization } = request.headers
    const body = await readBody(request)
    if (url.pathname === '/authorize') return this.#authorize(url.searchParams, response)
    if (url.pathname === '/token') return this.#token(authorization, new URLSearchParams(body), response)
    if (url.pathname === '/revoke') return this.#revoke(authorization, new URLSearchParams(body), response)
    this.received.api.push(authorization)
    const isKnown = this.#access.has(String(authorization).replace('Bearer ', ''))
    response.writeHead(isKnown ? 200 : 401).end(`you are ${authorization}, you say ${body}`)
  }

  #authorize(query: URLSearchParams, response: ServerResponse): void {
    const get = (name: string): string => query.get(name) ?? ''
    const isValid =
      get('response_type') === 'code' && get('client_id') === CLIENT.clientId && get('code_challenge_method') === 'S256'
    if (!isValid) return void response.writeHead(400).end()
    const code = this.#new('codes', 'code')
    this.#codes.set(code, { challenge: get('code_challenge'), redirectUri: get('redirect_uri'), scope: get('scope') })
    const location = new URL(get('redirect_uri'))
    location.search = new URLSearchParams({ code, state: get('state') }).toString()
    response.writeHead(302, { location: location.href }).end()
  }

  #token(authorization: string | undefined, form: URLSearchParams, response: ServerResponse): void {
    this.received.token.push(form)
    if (this.onToken) return this.onToken(response)
    if (authorization !== basic()) return refuse(response, 401, 'invalid_client')
    const scope = form.get('grant_type') === 'authorization_code' ? this.#useCode(form) : this.#useRefresh(form)
    if (scope === undefined) return refuse(response, 400, 'invalid_grant')
    const access = this.#new('access', 'access')
    const refresh = this.#new('refresh', 'refresh')
    this.#access.add(access)
    this.#refresh.set(refresh, scope)
    const tokens = { access_token: access, refresh_token: refresh, token_type: 'Bearer', expires_in: this.lifeSeconds, scope }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(tokens))
  }

  #useCode(form: URLSearchParams): string | undefined {
    const code = form.get('code') ?? ''
    const grant = this.#codes.get(code)
    this.#codes.delete(code)
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    const isValid = grant?.challenge === challenge && grant.redirectUri === form.get('redirect_uri')
    return isValid ? grant.scope : undefined
  }

  /** Each refresh token can be used once. */
  #useRefresh(form: URLSearchParams): string | undefined {
    const token = form.get('refresh_token') ?? ''
    const scope = this.#refresh.get(token)
    this.#refresh.delete(token)
    return scope
  }

  #revoke(authorization: string | undefined, form: URLSearchParams, response: ServerResponse): void {
    this.received.revoke.push(form)
    if (this.onRevoke) return this.onRevoke(response)
    if (authorization !== basic()) return refuse(response, 401, 'invalid_client')
    response.writeHead(200).end()
  }

  #new(kind: keyof TestService['issued'], prefix: string): string {
    const text = `${prefix}-${randomBytes(12).toString('hex')}`
    this.issued[kind].push(text)
    return text
  }
}

function basic(): string {
  return `Basic ${Buffer.from('the+client:cl13nt%3As3cret').toString('base64')}`
}

function refuse(response: ServerResponse, status: number, error: string): void {
  const body = { error, error_description: `s3cret-description of ${error}` }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

function pluginSource(url: string): string {
  return `import { apiKey, defineBlock, definePlugin, defineProvider, oauth2 } from '@ashlar/sdk'
import { z } from 'zod'
const endpoints = { authorizationUrl: '${url}/authorize?tenant=1', tokenUrl: '${url}/token' }
const scopes = { read: 'Read everything', write: 'Write everything' }
const service = defineProvider({
  name: 'service', title: 'Service', hosts: ['${url}'],
  auth: [oauth2({ ...endpoints, revocationUrl: '${url}/revoke', scopes, defaultScopes: ['read'] }), apiKey()],
})
const block = (i, name, credentials, run) => defineBlock({
  id: '77777777-0000-4000-8000-00000000000' + i, name, description: name, category: 'TEST', tests: [],
  capabilities: { http: ['${url.slice('http://'.length)}'], ...credentials },
  input: z.object({ n: z.string().default('') }), output: z.object({ text: z.string() }), run,
})
const get = async function* ({ n }, { credentials }) {
  const credential = await credentials('service')
  const response = await credential.fetch('${url}/api', n === '' ? {} : { method: 'POST', body: n })
  yield ['text', response.status + ' ' + (await response.text())]
}
export default definePlugin({
  name: 'service', providers: [service],
  blocks: [
    block(1, 'get', { credentials: ['service'] }, get),
    block(2, 'write', { credentials: [{ provider: 'service', scopes: ['read', 'write'] }] }, get),
    block(3, 'reveal', { 'credentials.reveal': ['service'] }, async function* (_, { credentials }) {
      const credential = await credentials('service')
      yield ['text', JSON.stringify([credential.scopes, await credential.reveal()])]
    }),
    block(4, 'stream', { credentials: ['service'] }, async function* (_, { credentials }) {
      const { fetch } = await credentials('service')
      const body = new Blob(['streamed']).stream()
      const response = await fetch('${url}/api', { method: 'POST', body, duplex: 'half' })
      yield ['text', response.status + ' ' + (await response.text())]
    }),
  ],
})
`
}
