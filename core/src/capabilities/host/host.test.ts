import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestCaller } from '../../testing/test-caller.ts'
import type { CapabilitySession } from '../capability/index.ts'
import { createRunCredentials, type OpenedCredential } from '../credentials/index.ts'
import { createFakeWorkspace } from '../files/index.ts'
import type { HostFunction, RunHostFunction } from './host-function.ts'
import { createHostFunctions } from './host.ts'

const SECRET = 'pass-word-77'
const GRANTED = { host: ['crm/find'], credentials: ['test/crm'] }

let server: Server
let port: number
beforeAll(async () => {
  server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => void server.close())

interface TestOptions extends Partial<HostFunction> {
  capabilities?: Record<string, unknown>
  allow?: string[]
  hosts?: string[]
}

function open(run: RunHostFunction | undefined, options: TestOptions = {}): CapabilitySession {
  const { capabilities = GRANTED, allow, hosts = ['http://127.0.0.1:*'], ...rest } = options
  const credential: OpenedCredential = {
    provider: 'test/crm',
    name: 'default',
    hosts,
    auth: { type: 'USER_PASSWORD' },
    scopes: [],
    secret: { type: 'USER_PASSWORD', username: 'ada', password: SECRET },
    hidden: [],
  }
  const store = { open: async () => credential }
  const workspace = createFakeWorkspace(new Map([['a.txt', Buffer.from('content')]]))
  const host = createHostFunctions({
    getCredentials: (caller) => createRunCredentials(store, caller),
    findFunction: (name) => (run && name === 'crm/find' ? { run, ...rest } : undefined),
    http: { allow: allow ?? [] },
    workspaces: { openFor: async () => workspace },
  })
  return host.createSession(createTestCaller({ capabilities }) as never)
}

const call = (run: RunHostFunction, options?: TestOptions, credential: string | null = 'crm'): Promise<unknown> =>
  open(run, options).perform('host.call', ['crm/find', { id: 1 }, credential])

describe('a host function', () => {
  it('receives the input, the secret and facts of the run', async () => {
    let received: unknown
    const run: RunHostFunction = async (input, { secret, credential, block, idempotencyKey }) => {
      received = { input, secret, credential, block, idempotencyKey }
      return { found: true }
    }
    expect(await call(run)).toEqual({ found: true })
    expect(received).toMatchObject({
      input: { id: 1 },
      secret: { type: 'USER_PASSWORD', username: 'ada', password: SECRET },
      credential: { provider: 'test/crm', name: 'default' },
      block: 'test/block',
      idempotencyKey: 'none:node:1',
    })
  })

  it('receives no secret if the block names no credential', async () => {
    expect(await call(async (_, { secret }) => secret ?? 'none', {}, null)).toBe('none')
  })

  it('has an effect that must not be repeated', () => {
    expect(open(async () => 1).getEffect('host.call', [])).toBe('once')
  })

  it('cannot return the secret', async () => {
    const run: RunHostFunction = async () => ({
      [`key ${SECRET}`]: [SECRET, { deep: Buffer.from(SECRET).toString('base64') }],
      kept: 'text',
      count: 3,
    })
    expect(await call(run)).toEqual({
      'key ************': ['************', { deep: '****************' }],
      kept: 'text',
      count: 3,
    })
  })

  it.each([
    ['reports an error for the user without the secret', { name: 'HostFailure' }, 'HOST_REFUSED', 'no ************'],
    ['reports an error that may end', { name: 'HostFailure', retryable: true }, 'HOST_FAILED', 'no ************'],
    ['hides any other error from the block', {}, 'HOST_MODULE_FAILED', 'the host function crm/find failed'],
  ])('%s', async (_what, properties, code, message) => {
    const run: RunHostFunction = () => Promise.reject(Object.assign(new Error(`no ${SECRET}`), properties))
    const failure: unknown = await call(run).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code, message })
    expect(
      JSON.stringify([failure, (failure as Error).cause, ((failure as Error).cause as Error | undefined)?.stack]),
    ).not.toContain(SECRET)
  })

  it.each([
    ['a value that is not JSON', { at: new Map() }, 'HOST_MODULE_FAILED'],
    ['a function', () => 1, 'HOST_MODULE_FAILED'],
    ['a result of more than 8 Mi characters', 'x'.repeat(8 * 1024 * 1024), 'OUTPUT_LIMIT'],
  ])('must not return %s', async (_what, result, code) => {
    await expect(call(async () => result)).rejects.toMatchObject({ code })
  })

  it('ends at its time limit, even if it ignores its signal', async () => {
    const run: RunHostFunction = () => new Promise(() => {})
    await expect(call(run, { timeoutMs: 5 })).rejects.toMatchObject({
      code: 'HOST_FAILED',
      message: 'the host function crm/find did not end within 5 ms',
    })
  })

  it('is aborted when the run of the block ends', async () => {
    let given: AbortSignal | undefined
    const session = open((_, { signal }) => new Promise(() => void (given = signal)))
    const calling = session.perform('host.call', ['crm/find', null, null])
    session.close()
    await expect(calling).rejects.toMatchObject({ code: 'HOST_FAILED' })
    expect(given?.aborted ?? true).toBe(true)
  })

  it('reads files of the execution only if the block may', async () => {
    const run: RunHostFunction = async (_, { openFile }) => {
      const { bytes, stream } = await openFile('a.txt')
      return [bytes, Buffer.concat(await stream.toArray()).toString()]
    }
    expect(await call(run, { capabilities: { ...GRANTED, files: ['read'] } })).toEqual([7, 'content'])
    await expect(call(run)).rejects.toMatchObject({ code: 'CAPABILITY_MISSING' })
  })
})

describe('a block', () => {
  it('calls only the functions that it declares', async () => {
    const run = async () => 1
    await expect(call(run, { capabilities: {} })).rejects.toMatchObject({ code: 'CAPABILITY_MISSING' })
    await expect(call(run, { capabilities: { host: ['crm/other'] } })).rejects.toMatchObject({
      code: 'CAPABILITY_MISSING',
      message: expect.stringContaining('capabilities: { host: ["crm/find"] }'),
    })
  })

  it('passes only the credentials that it declares', async () => {
    await expect(call(async () => 1, { capabilities: { host: ['crm/find'] } })).rejects.toMatchObject({
      code: 'CAPABILITY_MISSING',
    })
  })

  it.each([
    ['of another provider', { providers: ['other/crm'] }, 'BAD_INPUT'],
    ['of its plugin only', { plugins: ['other'] }, 'CAPABILITY_MISSING'],
  ])('cannot call a function for credentials %s', async (_what, restriction, code) => {
    await expect(call(async () => 1, restriction)).rejects.toMatchObject({ code })
  })

  it.each([
    ['smtp/send', `hostModules: ['ashlar:smtp']`],
    ['crm/find', `hostModules: ['./crm.ts']`],
  ])('learns what the operator adds for %s', async (name, line) => {
    const session = open(undefined, { capabilities: { host: [name] } })
    const message = expect.stringContaining(`the operator adds ${line} to ashlar.config.ts`)
    await expect(session.perform('host.call', [name, null, null])).rejects.toMatchObject({ code: 'HOST_MODULE_MISSING', message })
  })
})

describe('a connection of a host function', () => {
  it('ends when the server has sent too much', async () => {
    const endless = createServer((socket) => {
      socket.on('error', () => {})
      const fill = (): void => void (socket.write(Buffer.alloc(64 * 1024)) ? setImmediate(fill) : socket.once('drain', fill))
      fill()
    }).listen(0, '127.0.0.1')
    await once(endless, 'listening')
    const to = { host: '127.0.0.1', port: (endless.address() as AddressInfo).port, encrypted: false, maxReceivedBytes: 1_000_000 }
    const readAll: RunHostFunction = async (_, { connect }) => {
      const socket = await connect(to)
      for await (const _chunk of socket);
    }
    await expect(call(readAll, { allow: ['127.0.0.1'] })).rejects.toMatchObject({ code: 'OUTPUT_LIMIT' })
    await new Promise((resolve) => void endless.close(resolve))
  })

  const read: RunHostFunction = async (_, { connect }) => {
    const socket = await connect({ host: '127.0.0.1', port, encrypted: false })
    return Buffer.concat((await socket.toArray()) as Buffer[]).toString()
  }

  it('reaches an address that the operator allows', async () => {
    expect(await call(read, { allow: ['127.0.0.1'] })).toBe('hello')
  })

  it('does not reach a private address', async () => {
    await expect(call(read)).rejects.toMatchObject({ code: 'HTTP_BLOCKED_ADDRESS' })
    const byName: RunHostFunction = async (_, { connect }) => connect({ host: 'localhost', port, encrypted: false })
    await expect(call(byName, { hosts: ['http://localhost:*'] })).rejects.toMatchObject({ code: 'HTTP_BLOCKED_ADDRESS' })
  })

  it.each([
    ['a host', ['http://127.0.0.2:*']],
    ['a port', ['http://127.0.0.1:1']],
    ['a connection without encryption', ['127.0.0.1:*']],
  ])('does not reach %s that the credential does not name', async (_what, hosts) => {
    await expect(call(read, { allow: ['127.0.0.1'], hosts })).rejects.toMatchObject({ code: 'HTTP_DENIED' })
  })
})
