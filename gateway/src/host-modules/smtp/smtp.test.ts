import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestContext } from '../../testing/test-host-context.ts'
import { smtp } from './index.ts'

interface Received {
  from: string
  to: string[]
  raw: string
}

const received: Received[] = []
let server: SMTPServer
let port: number
beforeAll(async () => {
  server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    logger: false,
    onAuth: ({ username, password }, _session, done) =>
      username === 'ada' && password === 'pass-word' ? done(null, { user: 'ada' }) : done(new Error('wrong password')),
    onRcptTo: ({ address }, _session, done) =>
      address.startsWith('none@') ? done(Object.assign(new Error('no such user'), { responseCode: 550 })) : done(),
    async onData(stream, { envelope }, done) {
      const raw = Buffer.concat((await stream.toArray()) as Buffer[]).toString()
      const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
      received.push({ from, to: envelope.rcptTo.map(({ address }) => address), raw })
      done(null, 'queued')
    },
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  port = (server.server.address() as AddressInfo).port
})
afterAll(() => new Promise<void>((resolve) => server.close(resolve)))
beforeEach(() => void (received.length = 0))

const MESSAGE = { from: 'Ada <ada@example.com>', to: ['bob@example.com'], subject: 'Grüße', text: 'Hello' }

function send(input: object, { hosts = `http://127.0.0.1:${port}`, password = 'pass-word', files = {} } = {}): Promise<unknown> {
  const found = smtp.functions?.['smtp/send']
  if (!found || typeof found === 'function') throw new Error('no function')
  const secret = { type: 'USER_PASSWORD', username: 'ada', password } as const
  return found.run(input, { ...createTestContext(hosts, files), secret })
}

describe('smtp/send', () => {
  it('sends text, HTML and attachments', async () => {
    const message = { ...MESSAGE, html: '<b>Hello</b>', attachments: [{ file: 'out/a.txt' }], reply_to: ['desk@example.com'] }
    expect(await send(message, { files: { 'out/a.txt': 'content' } })).toMatchObject({
      accepted: ['bob@example.com'],
      rejected: [],
      response: expect.stringMatching(/^250 /),
      message_id: expect.stringMatching(/^<[0-9a-f]{40}@example\.com>$/),
    })
    expect(received).toMatchObject([{ from: 'ada@example.com', to: ['bob@example.com'] }])
    const raw = received[0]?.raw ?? ''
    for (const part of ['text/plain', 'text/html', 'filename=a.txt', 'Y29udGVudA==', 'Reply-To: desk@example.com', '=?UTF-8?'])
      expect(raw).toContain(part)
  })

  it('does not show the recipients of a blind copy', async () => {
    await send({ ...MESSAGE, bcc: ['eve@example.com'] })
    expect(received[0]?.to).toEqual(['bob@example.com', 'eve@example.com'])
    expect(received[0]?.raw).not.toContain('eve@example.com')
  })

  it('sends the same Message-ID when it is repeated', async () => {
    const ids = [await send(MESSAGE), await send(MESSAGE)].map((sent) => (sent as { message_id: string }).message_id)
    expect(ids[0]).toBe(ids[1])
  })

  it('reports the recipients that the server rejects', async () => {
    const sent = await send({ ...MESSAGE, to: ['bob@example.com', 'none@example.com'] })
    expect(sent).toMatchObject({ accepted: ['bob@example.com'], rejected: ['none@example.com'] })
  })

  it.each([
    ['a rejected recipient', { to: ['none@example.com'] }, {}, /no such user/],
    ['a wrong password', {}, { password: 'wrong-one' }, /check the user name and the password/],
    ['a line break in the subject', { subject: 'Hi\r\nBcc: eve@example.com' }, {}, /"subject" must not contain line breaks/],
    [
      'a line break in an address',
      { to: ['bob@example.com\r\nBcc: eve@example.com'] },
      {},
      /"to\.0" must not contain line breaks/,
    ],
    ['two addresses in one text', { to: ['bob@example.com, eve@example.com'] }, {}, /"to\.0" must be an address/],
    ['an address without a domain', { to: ['bob'] }, {}, /"to\.0" must be an address/],
    ['no recipient', { to: [] }, {}, /name at least one recipient/],
    [
      'more than 100 recipients',
      { to: Array.from({ length: 101 }, (_, n) => `a${n}@example.com`) },
      {},
      /at most 100 recipients/,
    ],
    ['a path on the disk of the worker', { attachments: [{ path: '/etc/passwd' }] }, {}, /attachments/],
    ['no sender', { from: undefined }, {}, /"from" is missing/],
    ['a credential for any server of a domain', {}, { hosts: '*.example.com:465' }, /is for several servers/],
  ])('refuses %s', async (_what, change, options, message) => {
    await expect(send({ ...MESSAGE, ...change }, options)).rejects.toMatchObject({
      name: 'HostFailure',
      message: expect.stringMatching(message),
    })
    expect(received).toEqual([])
  })

  it('needs STARTTLS unless the credential names the server with http://', async () => {
    await expect(send(MESSAGE, { hosts: `127.0.0.1:${port}` })).rejects.toThrow(/must name the server with "http:\/\/"/)
    expect(received).toEqual([])
  })
})
