import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { BUILTIN_PLUGINS, createTestRuntime, type TestRuntime } from '../testing/index.ts'

const SECRET = 'tok_8f3a91c2'
const SOURCE = `import { anyHost, apiKey, defineBlock, definePlugin, defineProvider, userPassword } from '@ashlar/sdk'
import { z } from 'zod'
const service = defineProvider({ name: 'service', title: 'Service', hosts: ['http://127.0.0.1:*'], auth: [apiKey(), userPassword()] })
const local = defineProvider({ name: 'local', title: 'Local', hosts: ['http://localhost:*'], auth: [apiKey({ query: 'key' })] })
const block = (i, name, capabilities, run) => defineBlock({
  id: '66666666-0000-4000-8000-00000000000' + i, name, description: name, category: 'TEST', tests: [], capabilities,
  input: z.object({ url: z.string().default('') }), output: z.object({ text: z.string() }), run,
})
const get = (provider) => async function* ({ url }, { credentials }) {
  const credential = await credentials(provider)
  yield ['text', await (await credential.fetch(url)).text()]
}
export default definePlugin({
  name: 'cred',
  providers: [service, local],
  blocks: [
    block(1, 'get', { http: [anyHost()], credentials: ['service'] }, get('service')),
    block(2, 'facts', { credentials: ['service'] }, async function* (_, { credentials }) {
      yield ['text', JSON.stringify(await credentials('service'))]
    }),
    block(3, 'ungranted', { http: [anyHost()] }, get('service')),
    block(4, 'reveal', { 'credentials.reveal': ['service'] }, async function* (_, { credentials }) {
      yield ['text', JSON.stringify(await (await credentials('cred/service')).reveal())]
    }),
    block(5, 'no-reveal', { credentials: ['service'] }, async function* (_, { credentials }) {
      yield ['text', JSON.stringify(await (await credentials('service')).reveal())]
    }),
    block(6, 'no-http', { credentials: ['service'] }, get('service')),
    block(7, 'local', { http: [anyHost()], credentials: ['local'] }, get('local')),
  ],
})
`

let runtime: TestRuntime
let folder: string
let server: Server
let url: string
const requests: { url: string; authorization: string | undefined }[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-cred-'))
  await mkdir(join(folder, 'cred'))
  await writeFile(join(folder, 'cred', 'package.json'), JSON.stringify({ name: 'cred', ashlar: { blocks: './i.ts' } }))
  await writeFile(join(folder, 'cred', 'i.ts'), SOURCE)
  runtime = await createTestRuntime({ pluginRoots: [BUILTIN_PLUGINS, folder], httpAllow: ['127.0.0.1', 'localhost'] })
  server = createServer((request, response) => {
    const { authorization } = request.headers
    requests.push({ url: request.url ?? '', authorization })
    if (request.url === '/away') response.writeHead(302, { location: url.replace('127.0.0.1', 'localhost') }).end()
    else response.setHeader('x-echo', String(authorization)).end(`you are ${authorization} ${request.url}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(async () => {
  await runtime.close()
  await new Promise((resolve) => server.close(resolve).closeAllConnections())
  await rm(folder, { recursive: true })
})
afterEach(async () => {
  requests.length = 0
  const pages = await runtime.credentials.list([runtime.ownerId], {
    first: 100,
    orderBy: { field: 'CREATED_AT', direction: 'DESC' },
    filter: {},
    countTotal: false,
  })
  const items = pages.get(runtime.ownerId)?.items ?? []
  for (const {
    item: { id },
  } of items)
    await runtime.credentials.delete(runtime.ownerId, id)
})

const add = (name?: string, key = SECRET, provider = 'cred/service') =>
  runtime.credentials.add(runtime.ownerId, { provider, name, secret: { type: 'API_KEY', key } })

/** @returns the output, or the error with which the node failed; and the whole journal as text */
async function run(block: string, inputs: object, credentials?: object): Promise<{ result: unknown; journal: string }> {
  const document = {
    nodes: [
      { id: 'n', block, inputs, ...(credentials && { credentials }) },
      { id: 'out', block: 'io/output', inputs: { name: 'text' } },
    ],
    links: [{ from: 'n.text', to: 'out.value' }],
  }
  const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: block, document })
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
  let result: unknown
  let journal = ''
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0)) {
    journal += JSON.stringify(event)
    if (event.type === 'GraphOutput') result = event.value
    if (event.type === 'NodeFinished' && event.error) result = { code: event.error.code, message: event.error.message }
  }
  return { result, journal }
}

const missing = (why: string): unknown => ({
  code: 'CREDENTIAL_MISSING',
  message: `a credential for cred/service is needed, and ${why}`,
})
const refusal = (code: string, message: RegExp): unknown => ({ code, message: expect.stringMatching(message) as unknown })

describe('a block with a credential', () => {
  it('sends the secret but never sees it, even in a response that contains it', async () => {
    await add()
    const { result, journal } = await run('cred/get', { url: `${url}me` })
    expect(requests).toEqual([{ url: '/me', authorization: `Bearer ${SECRET}` }])
    expect(result).toBe(`you are Bearer ${'*'.repeat(SECRET.length)} /me`)
    expect(journal).not.toContain(SECRET)
  })

  it('receives the facts of the credential without its secret', async () => {
    await add('work')
    const { result } = await run('cred/facts', {})
    expect(JSON.parse(String(result))).toEqual({
      provider: 'cred/service',
      name: 'work',
      type: 'API_KEY',
      hosts: ['http://127.0.0.1:*'],
      scopes: [],
    })
  })

  it('uses the credential that the node names', async () => {
    await add('work', 'work-key')
    await add('home', 'home-key')
    await run('cred/get', { url }, { 'cred/service': 'home' })
    expect(requests[0]?.authorization).toBe('Bearer home-key')
    expect((await run('cred/get', { url })).result).toEqual(
      missing('you have "work", "home"; select one in the node\'s "credentials", such as {"cred/service":"work"}'),
    )
    expect((await run('cred/get', { url }, { 'cred/service': 'gone' })).result).toEqual(
      missing(
        'you have none with the name "gone"; you have "work", "home". Name one of these in the node\'s "credentials", or ' +
          'add one with the mutation addCredential or the command: ashlar credential add cred/service --name gone',
      ),
    )
  })

  it('does not send the secret to the host of a redirect that the credential does not allow', async () => {
    await add()
    await run('cred/get', { url: `${url}away` })
    expect(requests).toEqual([
      { url: '/away', authorization: `Bearer ${SECRET}` },
      { url: '/', authorization: undefined },
    ])
  })

  it('sends the secret in the query if the provider declares it', async () => {
    await add('default', 'a key&b', 'cred/local')
    const { result } = await run('cred/local', { url: `${url.replace('127.0.0.1', 'localhost')}x?key=mine` })
    expect(requests[0]?.url).toBe('/x?key=a+key%26b')
    expect(result).toBe(`you are undefined /x?key=${'*'.repeat('a+key%26b'.length)}`)
  })

  it('reads the secret only with the capability credentials.reveal', async () => {
    await add()
    expect((await run('cred/reveal', {})).result).toBe(JSON.stringify({ type: 'API_KEY', key: SECRET }))
    const refused = refusal('CAPABILITY_MISSING', /does not have the capability credentials.reveal for "cred\/service"/)
    expect((await run('cred/no-reveal', {})).result).toEqual(refused)
  })

  it.each([
    ['cred/ungranted', refusal('CAPABILITY_MISSING', /does not have the capability credentials for "service"/)],
    ['cred/no-http', refusal('CAPABILITY_MISSING', /does not have the capability http/)],
    [
      'cred/local',
      {
        code: 'CREDENTIAL_MISSING',
        message:
          'a credential for cred/local is needed, and you have none: ' +
          'add one with the mutation addCredential or the command: ashlar credential add cred/local',
      },
    ],
  ])('%s fails with its code', async (block, refused) => {
    await add()
    expect((await run(block, { url })).result).toEqual(refused)
    expect(requests).toEqual([])
  })

  it('cannot send the secret to a host that the credential does not allow', async () => {
    await add()
    const { result } = await run('cred/get', { url: url.replace('127.0.0.1', 'localhost') })
    expect(result).toEqual(refusal('HTTP_DENIED', /is for http:\/\/127\.0\.0\.1:\*, and must not be sent to http:\/\/localhost:/))
    expect(requests).toEqual([])
  })

  it('lists its providers by qualified name', () => {
    expect(runtime.plugins.block('cred/reveal')?.capabilities).toEqual({ 'credentials.reveal': ['cred/service'] })
  })
})

describe('credentials', () => {
  it('are stored sealed and belong to one user', async () => {
    const { id } = await add()
    const { rows } = await runtime.database.pool.query('select * from credential')
    expect(JSON.stringify(rows) + String(rows[0]?.secret)).not.toContain(SECRET)
    await expect(runtime.credentials.delete('00000000-0000-4000-8000-000000000000', id)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    await expect(runtime.credentials.update(runtime.ownerId, 'x', {})).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('accept another name or secret of the same type', async () => {
    const { id } = await add()
    await runtime.credentials.update(runtime.ownerId, id, { name: 'new', secret: { type: 'API_KEY', key: 'changed' } })
    await run('cred/get', { url }, { 'cred/service': 'new' })
    expect(requests[0]?.authorization).toBe('Bearer changed')
    await expect(
      runtime.credentials.update(runtime.ownerId, id, { secret: { type: 'USER_PASSWORD', username: 'a', password: 'long' } }),
    ).rejects.toMatchObject({ code: 'BAD_INPUT', message: 'secret must be of type API_KEY, got USER_PASSWORD' })
  })

  it.each([
    [
      { provider: 'none' },
      'BAD_INPUT',
      /there is no provider "none"; available providers: .*cred\/local, cred\/service, .*http\/host/,
    ],
    [
      { secret: { type: 'API_KEY', key: 'a\nb-secret' } },
      'BAD_INPUT',
      /^secret is invalid: key: must be printable ASCII, on one line$/,
    ],
    [{ secret: { type: 'HOST_SCOPED', headers: { a: 'long' } } }, 'BAD_INPUT', /must be of type API_KEY or USER_PASSWORD for/],
    [{ hosts: ['evil.example'] }, 'BAD_INPUT', /hosts must be omitted/],
    [{ name: ' ' }, 'BAD_INPUT', /^name is invalid: /],
    [{ provider: 'http/host', secret: { type: 'HOST_SCOPED', headers: { a: 'long' } } }, 'BAD_INPUT', /^hosts is invalid: /],
    [{ name: 'taken' }, 'CONFLICT', /with the name "taken"/],
  ])('with %j are rejected', async (change, code, message) => {
    await add('taken')
    const given = { provider: 'cred/service', secret: { type: 'API_KEY', key: SECRET }, ...change }
    await expect(runtime.credentials.add(runtime.ownerId, given)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as unknown,
    })
  })

  it('that a node names must be for a provider that its block uses', async () => {
    const document = { nodes: [{ id: 'n', block: 'cred/get', credentials: { 'cred/local': 'default' } }], links: [] }
    expect(await runtime.graphs.validate(runtime.ownerId, document)).toContainEqual({
      path: 'nodes.n.credentials.cred/local',
      message: 'block cred/get does not use a credential for this provider; its providers are: cred/service',
    })
  })
})
