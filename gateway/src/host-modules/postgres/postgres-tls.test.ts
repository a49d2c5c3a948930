import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { getCACertificates, setDefaultCACertificates, TLSSocket } from 'node:tls'
import { cloneDatabase } from '@ashlar/core/testing'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { TEST_CERTIFICATE } from '../../testing/test-certificate.ts'
import { createTestContext } from '../../testing/test-host-context.ts'
import { postgres } from './index.ts'

let url: URL
/** A server in front of Postgres that requires TLS. */
let front: Server
beforeAll(async () => {
  url = new URL(await cloneDatabase(inject('postgresUrl')))
  front = createServer((socket) => {
    socket.once('data', () => secure(socket))
    socket.on('error', () => {})
  }).listen(0, '127.0.0.1')
  await once(front, 'listening')
})
afterAll(() => void front.close())

/** The first message of a client asks for TLS. Source: "SSL Session Encryption" in the protocol of Postgres. */
function secure(socket: Socket): void {
  socket.write('S')
  const plain = new TLSSocket(socket, { isServer: true, ...TEST_CERTIFICATE })
  const behind = connect(Number(url.port), url.hostname)
  plain.pipe(behind).pipe(plain)
  for (const each of [plain, behind]) {
    each.on('error', () => {})
    each.on('close', () => [plain, behind].forEach((other) => other.destroy()))
  }
}

interface Call {
  /** As the credential names it. */
  server?: string
  /** The port to which the connection goes. @default that of the server in front of Postgres */
  port?: number
  signal?: AbortSignal
}

function query(sql: string, { server = 'localhost:5432', port, signal }: Call = {}): Promise<unknown> {
  const found = postgres.functions?.['postgres/query']
  if (!found || typeof found === 'function') throw new Error('no function')
  const context = createTestContext(server)
  const to = port ?? (front.address() as AddressInfo).port
  const secret = { type: 'USER_PASSWORD', username: url.username, password: url.password || 'pass-word-1' } as const
  const input = { sql, database: url.pathname.slice(1) }
  const open = async (): Promise<Socket> => {
    const socket = connect(to, '127.0.0.1')
    signal?.addEventListener('abort', () => socket.destroy())
    return socket
  }
  return found.run(input, { ...context, connect: open, secret, signal: signal ?? context.signal })
}

const failure = (message: RegExp): object => ({
  name: 'HostFailure',
  retryable: false,
  message: expect.stringMatching(message) as string,
})

it('refuses a certificate that the worker does not trust', async () => {
  await expect(query('select 1')).rejects.toMatchObject(
    failure(/^localhost: the certificate is not valid: self-signed certificate; .*NODE_EXTRA_CA_CERTS$/),
  )
})

describe('with a certificate that the worker trusts', () => {
  const before = getCACertificates('default')
  beforeAll(() => setDefaultCACertificates([...before, TEST_CERTIFICATE.cert]))
  afterAll(() => setDefaultCACertificates(before))

  it('runs a statement with TLS', async () => {
    expect(await query('select 1 as one')).toMatchObject({ rows: [{ one: 1 }] })
  })

  it('refuses a certificate for another host', async () => {
    await expect(query('select 1', { server: 'db.example.com:5432' })).rejects.toMatchObject(
      failure(/^db\.example\.com: the certificate is not valid: .*db\.example\.com/),
    )
  })

  it('refuses to copy rows', async () => {
    await expect(query('copy (select 1) to stdout')).rejects.toMatchObject(failure(/^COPY to or from the client .*: use SELECT/))
  })
})

it('says what to do when the server refuses the password', async () => {
  const refusal = Buffer.from('SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "ada"\0\0')
  const length = Buffer.alloc(4)
  length.writeInt32BE(refusal.length + 4)
  const server = createServer((socket) => {
    socket.on('error', () => {}).once('data', () => socket.end(Buffer.concat([Buffer.from('E'), length, refusal])))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await expect(query('select 1', { server: 'http://localhost:5432', port })).rejects.toMatchObject(
    failure(/^password authentication failed .* \(28P01\); check the user name and the password of the credential$/),
  )
  server.close()
})

it('stops the statement on the server when the run of the block ends', async () => {
  const stop = new AbortController()
  const running = query('select pg_sleep(60)', { server: 'http://localhost:5432', port: Number(url.port), signal: stop.signal })
  running.catch(() => {})
  const observer = new Client({ connectionString: url.href })
  await observer.connect()
  const countSleepers = async (): Promise<unknown> => {
    const { rows } = await observer.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where query = 'select pg_sleep(60)' and state = 'active'`,
    )
    return rows[0]?.n
  }
  await expect.poll(countSleepers, { timeout: 20_000 }).toBe(1)
  stop.abort(new Error('cancelled'))
  await expect(running).rejects.toThrow('cancelled')
  await expect.poll(countSleepers, { timeout: 20_000 }).toBe(0)
  await observer.end()
})
