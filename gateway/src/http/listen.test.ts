import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { closeServer, exposureWarning, listen, toUrlHost, type Bound } from './listen.ts'

const NEVER_MS = 600_000

let open: Bound[] = []
afterEach(() => {
  for (const { server } of open) server.closeAllConnections()
  open = []
})

/** Starts a server and sends it a request, which the caller answers with `response`. */
async function serveOne(accept = '*/*'): Promise<{ bound: Bound; response: ServerResponse; answer: Promise<Response> }> {
  const { promise, resolve } = Promise.withResolvers<ServerResponse>()
  const bound = await listen((_request, response) => resolve(response), 0)
  open.push(bound)
  const answer = fetch(`http://127.0.0.1:${bound.port}/`, { headers: { accept } })
  return { bound, response: await promise, answer }
}

/** The error that the work throws; undefined if it succeeds. */
function catchError(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  )
}

describe('listen', () => {
  // 192.0.2.0/24 is reserved for documentation.
  it.each(['192.0.2.1', 'host.invalid'])('rejects the host %s, which is not an address of this machine', async (host) => {
    await expect(listen(() => undefined, 0, host)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(
        /^environment variable HOST must be an address of this machine, such as 127\.0\.0\.1 or 0\.0\.0\.0, got "[\w.]+" \(E[A-Z_]+\)$/,
      ) as unknown,
      details: { variable: 'HOST' },
    })
  })
})

it.each([
  ['127.0.0.1', '127.0.0.1'],
  ['0.0.0.0', '127.0.0.1'],
  ['::', '[::1]'],
  ['::1', '[::1]'],
  ['192.0.2.7', '192.0.2.7'],
  ['2001:db8::7', '[2001:db8::7]'],
])('this machine reaches the listening address %s at the host %s', (address, host) => {
  expect(toUrlHost(address)).toBe(host)
})

describe('exposureWarning', () => {
  it.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])('is undefined for %s', (address) => {
    expect(exposureWarning({ address, port: 4000 })).toBeUndefined()
  })

  it.each(['0.0.0.0', '::', '192.0.2.7', '::ffff:192.0.2.7', '2001:db8::7'])('names the address %s', (address) => {
    expect(exposureWarning({ address, port: 4000 })).toMatch(`warning: the server listens on ${address}, port 4000, without TLS`)
  })
})

describe('closeServer', () => {
  it('finishes a pending response and accepts no more connections', async () => {
    const { bound, response, answer } = await serveOne()
    const closing = closeServer(bound, 0, NEVER_MS)
    await expect(fetch(`http://127.0.0.1:${bound.port}/`)).rejects.toThrow('fetch failed')
    response.end('whole')
    expect(await (await answer).text()).toBe('whole')
    await closing
  })

  it('cuts an event stream after its own, shorter timeout', async () => {
    const { bound, response, answer } = await serveOne('text/event-stream')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(': open\n\n')
    const failure = catchError((await answer).text())
    await Promise.all([closeServer(bound, 1, NEVER_MS), once(response, 'close')])
    expect(await failure).toMatchObject({ message: 'terminated' })
  })

  it('cuts a response that does not end in time', async () => {
    const { bound, answer } = await serveOne()
    const failure = catchError(answer)
    await closeServer(bound, 1, 20)
    expect(await failure).toMatchObject({ message: 'fetch failed' })
  })
})
