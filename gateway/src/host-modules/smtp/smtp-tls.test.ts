import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { TEST_CERTIFICATE } from '../../testing/test-certificate.ts'
import { createTestContext } from '../../testing/test-host-context.ts'
import { smtp } from './index.ts'

const PASSWORD = 'pass-word-123'
const received: string[] = []
const sockets = new Set<Socket>()
/** Servers on free ports: one with TLS from the start, one with STARTTLS. */
let ports: Record<'implicit' | 'starttls', number>
const servers: SMTPServer[] = []
/** What the servers do with the data of a message. */
let onData: 'ACCEPT' | 'DROP' = 'ACCEPT'

beforeAll(async () => {
  ports = { implicit: await listen(true), starttls: await listen(false) }
})
afterAll(async () => {
  for (const server of servers) await new Promise<void>((resolve) => server.close(resolve))
})
beforeEach(() => {
  received.length = 0
  onData = 'ACCEPT'
})

async function listen(secure: boolean): Promise<number> {
  const server = new SMTPServer({
    ...TEST_CERTIFICATE,
    secure,
    logger: false,
    onAuth: ({ password }, _session, done) => {
      if (password === PASSWORD) return done(null, { user: 'ada' })
      return done(Object.assign(new Error('wrong password'), { responseCode: 535 }))
    },
    onData(stream, _session, done) {
      if (onData === 'DROP') for (const socket of sockets) socket.destroy()
      stream.on('data', (chunk: Buffer) => void received.push(chunk.toString()))
      stream.on('end', () => done(null, 'queued'))
    },
  })
  server.on('error', () => {}) // a client that refuses the certificate
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  return (server.server.address() as AddressInfo).port
}

const MESSAGE = { from: 'Ada <ada@example.com>', to: ['bob@example.com'], subject: 'Hi', text: 'Hello' }

/** @param server as the credential names it; the connection goes to the local server */
function send(server: string, { password = PASSWORD, ...input }: { password?: string; text?: string } = {}): Promise<unknown> {
  const found = smtp.functions?.['smtp/send']
  if (!found || typeof found === 'function') throw new Error('no function')
  const port = server.endsWith(':465') ? ports.implicit : ports.starttls
  const context = { ...createTestContext(server), connect: async () => connect(port, '127.0.0.1') }
  return found.run({ ...MESSAGE, ...input }, { ...context, secret: { type: 'USER_PASSWORD', username: 'ada', password } })
}

const failure = (message: RegExp, retryable: boolean): object => ({
  name: 'HostFailure',
  retryable,
  message: expect.stringMatching(message) as string,
})

describe('with a certificate that the worker does not trust', () => {
  it.each(['localhost:465', 'localhost:587'])('smtp/send to %s sends nothing', async (server) => {
    await expect(send(server)).rejects.toMatchObject(
      failure(/^localhost: the certificate is not valid: self-signed certificate; .*NODE_EXTRA_CA_CERTS/, false),
    )
    expect(received).toEqual([])
  })
})

describe('with a certificate that the worker trusts', () => {
  const before = getCACertificates('default')
  beforeAll(() => setDefaultCACertificates([...before, TEST_CERTIFICATE.cert]))
  afterAll(() => setDefaultCACertificates(before))

  it.each(['localhost:465', 'localhost:587', '127.0.0.1:587'])('smtp/send to %s sends a message with TLS', async (server) => {
    expect(await send(server)).toMatchObject({ accepted: ['bob@example.com'] })
    expect(received.join('')).toContain('Hello')
  })

  it('refuses a certificate for another host', async () => {
    await expect(send('mail.example.com:587')).rejects.toMatchObject(
      failure(/^mail\.example\.com: the certificate is not valid: .*mail\.example\.com.* is not in the cert's altnames/, false),
    )
  })

  it('says what to do when the server refuses the login', async () => {
    await expect(send('localhost:587', { password: 'wrong-one' })).rejects.toMatchObject(
      failure(/^localhost: Invalid login: 535 .*; check the user name and the password of the credential$/, false),
    )
    expect(received).toEqual([])
  })

  it('may be repeated when the connection is lost in the middle of the message', async () => {
    onData = 'DROP'
    await expect(send('localhost:587', { text: 'x'.repeat(3_000_000) })).rejects.toMatchObject(
      failure(/^localhost: the connection was lost/, true),
    )
  })
})
