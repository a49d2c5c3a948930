import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { createTestHttp, type TestHttp, type TestHttpOptions } from '../../testing/index.ts'
import type { HttpGrant } from './rules/index.ts'

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(undo.splice(0).map((step) => step()))
})

/** @returns the URL of the server, `http://127.0.0.1:<port>` */
async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  undo.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function http(options: TestHttpOptions = {}): TestHttp {
  const opened = createTestHttp({ allow: ['127.0.0.0/8'], ...options })
  undo.push(opened.close)
  return opened
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** Responds with the request. */
const echo: RequestListener = (request, response) => {
  void readText(request).then((body) => {
    const { method, url, rawHeaders } = request
    const headers = Object.fromEntries(
      rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name.toLowerCase(), rawHeaders[i + 1]]] : [])),
    )
    response.end(JSON.stringify({ method, url, headers, body }))
  })
}

/** Waits until the count stops growing, because all buffers are full. */
async function waitUntilStable(count: () => number): Promise<void> {
  for (let before = -1; before !== count();) {
    before = count()
    for (let turn = 0; turn < 500; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
}

interface Echo {
  method: string
  url: string
  headers: Record<string, string>
  body: string
}

const echoed = (text: string): Echo => JSON.parse(text) as Echo

const failing = (code: string, message?: RegExp): unknown =>
  expect.objectContaining({ code, ...(message && { message: expect.stringMatching(message) as unknown }) })

describe('a request', () => {
  it('is sent without its fragment and returns the response', async () => {
    const origin = await serve(echo)
    const { status, text, url, redirected } = await http().request(`${origin}/a?b=c#d`, {
      method: 'POST',
      headers: [
        ['X-Trace', '1'],
        ['Content-Type', 'text/plain'],
      ],
      body: 'héllo',
    })
    expect({ status, url, redirected }).toEqual({ status: 200, url: `${origin}/a?b=c`, redirected: false })
    const seen = echoed(text)
    expect(seen).toMatchObject({ method: 'POST', url: '/a?b=c', body: 'héllo' })
    expect(seen.headers).toMatchObject({ 'x-trace': '1', 'content-type': 'text/plain', 'content-length': '6' })
  })

  it('is sent to its host even if its path looks like a URL', async () => {
    const origin = await serve(echo)
    expect(echoed((await http().request(`${origin}//evil.example/x`)).text).url).toBe('//evil.example/x')
    expect(echoed((await http().request(`${origin}/http://evil.example/`)).text).url).toBe('/http://evil.example/')
  })

  it('drops headers that define the framing of the message', async () => {
    const origin = await serve(echo)
    const headers: [string, string][] = [
      ['Host', 'evil.example'],
      ['Connection', 'upgrade'],
      ['Upgrade', 'websocket'],
      ['Transfer-Encoding', 'chunked'],
      ['Content-Length', '9999'],
      ['Proxy-Authorization', 'x'],
      ['Proxy-Connection', 'x'],
      ['TE', 'trailers'],
      ['Trailer', 'x'],
      ['Expect', '100-continue'],
      ['Keep-Alive', '1'],
      ['Accept-Encoding', 'zstd'],
    ]
    const { text } = await http().request(origin, { headers })
    expect(echoed(text).headers).toEqual({
      host: origin.slice('http://'.length),
      connection: 'keep-alive',
      accept: '*/*',
      'accept-encoding': 'gzip, deflate, br',
      'user-agent': 'ashlar',
    })
  })

  it.each([
    ['a line break in a value', ['x-a', 'b\r\nHost: evil']],
    ['a NUL in a value', ['x-a', 'b\0']],
    ['a space in a name', ['x a', 'b']],
    ['an empty name', ['', 'b']],
    ['a colon in a name', ['x:a', 'b']],
    ['a value beyond Latin-1', ['x-a', '→']],
  ])('is rejected with %s', async (_, header) => {
    await expect(http().request('https://example.com', { headers: [header as [string, string]] })).rejects.toEqual(
      failing('BAD_INPUT'),
    )
  })

  it('is rejected with more headers than the limit', async () => {
    const headers = Array.from({ length: 200 }, (_, i): [string, string] => [`x-${i}`, '1'])
    await expect(http().request('https://example.com', { headers })).rejects.toEqual(failing('HTTP_LIMIT'))
    const large: [string, string][] = [['x', 'y'.repeat(40_000)]]
    await expect(http().request('https://example.com', { headers: large })).rejects.toEqual(failing('HTTP_LIMIT'))
  })

  it('is rejected with a body for GET, with a forbidden method, or with a URL that is too long', async () => {
    await expect(http().request('https://example.com', { body: 'x' })).rejects.toEqual(failing('BAD_INPUT'))
    await expect(http().request('https://example.com', { method: 'TRACE' })).rejects.toEqual(failing('HTTP_DENIED'))
    await expect(http().request('https://example.com', { method: 'CONNECT' })).rejects.toEqual(failing('HTTP_DENIED'))
    await expect(http().request('https://example.com', { method: 'GET /x HTTP/1.1' })).rejects.toEqual(failing('BAD_INPUT'))
    await expect(http().request(`https://example.com/${'x'.repeat(20_000)}`)).rejects.toEqual(failing('HTTP_LIMIT'))
  })

  it('uses no proxy from the environment and stores no cookies', async () => {
    const origin = await serve((request, response) => {
      response.setHeader('set-cookie', ['a=1', 'b=2'])
      echo(request, response)
    })
    process.env.HTTP_PROXY = 'http://127.0.0.1:1'
    undo.push(async () => void delete process.env.HTTP_PROXY)
    const opened = http()
    const first = await opened.request(origin)
    expect(first.headers.filter(([name]) => name === 'set-cookie')).toEqual([
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ])
    expect(echoed((await opened.request(origin)).text).headers).not.toHaveProperty('cookie')
  })
})

describe('the grant', () => {
  it('is checked for every request, and the message names the missing rule', async () => {
    const opened = http({ grant: ['GET api.example.com/v1/*'] })
    await expect(opened.request('https://api.example.com/v2/secret')).rejects.toEqual(
      failing(
        'HTTP_DENIED',
        /^block test\/block may not send GET to api\.example\.com: its rules for this host .*"GET api\.example\.com" would allow it$/,
      ),
    )
    await expect(opened.request('https://other.example:8443/secret', { method: 'POST' })).rejects.toMatchObject({
      details: { host: 'other.example:8443', method: 'POST', rule: 'POST other.example:8443' },
    })
  })

  it('covers the method in an override header', async () => {
    const origin = await serve(echo)
    const { port } = new URL(origin)
    const opened = http({ grant: [`GET 127.0.0.1:${port}`] })
    for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])
      await expect(opened.request(origin, { headers: [[name, 'delete']] })).rejects.toEqual(failing('HTTP_DENIED', /DELETE/))
    await expect(opened.request(origin, { headers: [['X-HTTP-Method-Override', 'GET']] })).resolves.toMatchObject({ status: 200 })
  })

  it('covers the path and host in override headers, also after a redirect', async () => {
    const other = await serve(echo)
    const origin = await serve((request, response) => {
      if (request.url === '/redirect') response.writeHead(307, { location: `${other}/open/x` }).end()
      else echo(request, response)
    })
    const { host } = new URL(origin)
    const send = (grant: HttpGrant, header: [string, string], path = '/open/x'): Promise<unknown> =>
      http({ grant }).request(`${origin}${path}`, { headers: [header] })
    await expect(send([`${host}/open/*`], ['X-Original-URL', '/closed/x'])).rejects.toEqual(failing('HTTP_DENIED'))
    await expect(send([host], ['X-Forwarded-Host', 'other.example'])).rejects.toEqual(failing('HTTP_DENIED'))
    await expect(send([host], ['X-Original-URL', '/closed/x'])).resolves.toMatchObject({ status: 200 })
    const grant = [host, `${new URL(other).host}/open/*`]
    await expect(send(grant, ['X-Trace', '1'], '/redirect')).resolves.toMatchObject({ status: 200 })
    await expect(send(grant, ['X-Original-URL', '/closed/x'], '/redirect')).rejects.toEqual(failing('HTTP_DENIED'))
  })

  it.each([
    ['a url', (origin: string): unknown => `${origin}/other`],
    ['a host', (origin: string): unknown => origin.slice('http://'.length)],
    ['an array of urls', (origin: string): unknown => ['https://x.example', origin]],
    ['an object of urls', (origin: string): unknown => ({ a: origin })],
  ])('allows the host in an input that is %s', async (_, input) => {
    const origin = await serve(echo)
    const opened = http({ grant: [{ fromInput: 'url' }], inputs: { url: input(origin), other: 'http://elsewhere.example' } })
    await expect(opened.request(`${origin}/path`)).resolves.toMatchObject({ status: 200 })
    await expect(opened.request('http://elsewhere.example')).rejects.toEqual(failing('HTTP_DENIED'))
    await expect(opened.request('http://127.0.0.1:1/')).rejects.toEqual(failing('HTTP_DENIED'))
  })

  it.each([undefined, null, 7, '', 'no host', '*', 'ftp://a.example', 'https://user@a.example', {}])(
    'allows no host for the input %j',
    async (url) => {
      const opened = http({ grant: [{ fromInput: 'url' }], inputs: { url } })
      await expect(opened.request('https://a.example')).rejects.toEqual(failing('HTTP_DENIED'))
    },
  )
})

describe('a redirect', () => {
  /** Redirects `/<status>` to `to`. */
  const redirecting =
    (to: string): RequestListener =>
    (request, response) => {
      const status = Number(request.url?.slice(1))
      if (!status) return echo(request, response)
      request.resume()
      response.writeHead(status, { location: to }).end()
    }

  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [301, 'PUT', 'PUT', 'body'],
    [307, 'POST', 'POST', 'body'],
    [308, 'PATCH', 'PATCH', 'body'],
  ])('%i of a %s is followed with %s', async (status, method, then, body) => {
    const origin = await serve(redirecting('/echo'))
    const headers: [string, string][] = [
      ['content-type', 'text/plain'],
      ['x-kept', '1'],
      ['authorization', 'secret'],
    ]
    const { text, redirected, url } = await http().request(`${origin}/${status}`, { method, body: 'body', headers })
    expect({ redirected, url }).toEqual({ redirected: true, url: `${origin}/echo` })
    const seen = echoed(text)
    expect(seen).toMatchObject({ method: then, body })
    expect(seen.headers).toMatchObject({ 'x-kept': '1', authorization: 'secret' })
    expect(seen.headers['content-type'] ?? '').toBe(body && 'text/plain')
  })

  it('to another origin removes Authorization and Cookie', async () => {
    const other = await serve(echo)
    const origin = await serve(redirecting(`${other}/echo`))
    const headers: [string, string][] = [
      ['authorization', 'secret'],
      ['cookie', 'a=1'],
      ['x-kept', '1'],
    ]
    const seen = echoed((await http().request(`${origin}/302`, { headers })).text)
    expect(seen.headers).toMatchObject({ 'x-kept': '1' })
    expect(Object.keys(seen.headers)).not.toEqual(expect.arrayContaining(['authorization']))
    expect(Object.keys(seen.headers)).not.toEqual(expect.arrayContaining(['cookie']))
  })

  it('is checked against the grant with the method of the redirected request', async () => {
    const origin = await serve(redirecting('/echo'))
    const { port } = new URL(origin)
    const opened = http({ grant: [`POST 127.0.0.1:${port}`, `127.0.0.1:${port}/307`] })
    await expect(opened.request(`${origin}/302`, { method: 'POST', body: 'x' })).rejects.toEqual(failing('HTTP_DENIED', /GET/))
    await expect(opened.request(`${origin}/307`, { method: 'PUT', body: 'x' })).rejects.toEqual(failing('HTTP_DENIED', /PUT/))
  })

  it('to an invalid URL, another scheme or a URL with a user name is rejected', async () => {
    const to = async (location: string): Promise<unknown> => http().request(`${await serve(redirecting(location))}/302`)
    await expect(to('file:///etc/passwd')).rejects.toEqual(failing('HTTP_DENIED'))
    await expect(to('//user:password@example.com/')).rejects.toEqual(failing('HTTP_DENIED'))
    await expect(to('http://')).rejects.toEqual(failing('HTTP_FAILED'))
  })

  it('is followed at most ten times', async () => {
    let count = 0
    const origin = await serve((request, response) => {
      const left = Number(request.url?.slice(1))
      count++
      response.writeHead(left > 0 ? 302 : 200, { location: `/${left - 1}` }).end()
    })
    await expect(http().request(`${origin}/10`)).resolves.toMatchObject({ status: 200, url: `${origin}/0` })
    count = 0
    await expect(http().request(`${origin}/11`)).rejects.toEqual(failing('HTTP_LIMIT'))
    expect(count).toBe(11)
  })

  it('is returned or rejected if the block selects `manual` or `error`', async () => {
    const origin = await serve(redirecting('/echo'))
    const manual = await http().request(`${origin}/302`, { redirect: 'manual' })
    expect(manual).toMatchObject({ status: 302, redirected: false })
    await expect(http().request(`${origin}/302`, { redirect: 'error' })).rejects.toEqual(failing('HTTP_FAILED'))
  })

  it('without a location is an ordinary response', async () => {
    const origin = await serve((_, response) => response.writeHead(302).end('here'))
    await expect(http().request(origin)).resolves.toMatchObject({ status: 302, text: 'here' })
  })
})

describe('a compressed response', () => {
  it.each([
    ['gzip', gzipSync('text'.repeat(1000))],
    ['x-gzip', gzipSync('text'.repeat(1000))],
    ['GZIP', gzipSync('text'.repeat(1000))],
    ['br', brotliCompressSync('text'.repeat(1000))],
    ['deflate', deflateSync('text'.repeat(1000))],
    ['deflate', deflateRawSync('text'.repeat(1000))],
    ['deflate, gzip', gzipSync(deflateSync('text'.repeat(1000)))],
    ['identity', Buffer.from('text'.repeat(1000))],
    ['constructor', Buffer.from('text'.repeat(1000))],
  ])('%s is decompressed', async (encoding, body) => {
    const origin = await serve((_, response) => response.writeHead(200, { 'content-encoding': encoding }).end(body))
    expect((await http().request(origin)).text).toBe('text'.repeat(1000))
  })

  it('that exceeds the limit after decompression is cancelled', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000))
    expect(bomb.length).toBeLessThan(100_000)
    const origin = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb))
    await expect(http({ limits: { maxResponseBytes: 1_000_000 } }).request(origin)).rejects.toEqual(failing('HTTP_LIMIT'))
  })

  it('with two codings is cancelled if the inner coding exceeds the limit', async () => {
    const members = Buffer.concat(Array<Buffer>(200_000).fill(gzipSync('')))
    const origin = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end(gzipSync(members)),
    )
    await expect(http({ limits: { maxResponseBytes: 1_000_000 } }).request(origin)).rejects.toEqual(
      failing('HTTP_LIMIT', /the decoded response is longer than 1000000 bytes/),
    )
  })

  it('that has too many codings, is incomplete or is not compressed is rejected', async () => {
    const send = async (encoding: string, body: Buffer): Promise<unknown> =>
      http().request(await serve((_, response) => response.writeHead(200, { 'content-encoding': encoding }).end(body)))
    await expect(send('gzip, gzip, gzip, gzip', Buffer.from('x'))).rejects.toEqual(failing('HTTP_LIMIT'))
    await expect(send('gzip', gzipSync('text'.repeat(100)).subarray(0, 20))).rejects.toEqual(failing('HTTP_FAILED'))
    await expect(send('gzip', Buffer.from('plain'))).rejects.toEqual(failing('HTTP_FAILED'))
    await expect(send('deflate', Buffer.from('xyz'))).rejects.toEqual(failing('HTTP_FAILED'))
  })
})

describe('limits', () => {
  it('end a response that is too long, with or without a content-length', async () => {
    const limits = { maxResponseBytes: 1000 }
    const announced = await serve((_, response) => response.writeHead(200, { 'content-length': '2000' }).end('x'.repeat(2000)))
    await expect(http({ limits }).request(announced)).rejects.toEqual(failing('HTTP_LIMIT'))
    const endless = await serve((_, response) => {
      const more = (): unknown => !response.destroyed && response.write('x'.repeat(500), () => setImmediate(more))
      more()
    })
    await expect(http({ limits }).request(endless)).rejects.toEqual(failing('HTTP_LIMIT'))
  })

  it('end a response with too many or too large headers', async () => {
    const many = await serve((_, response) => {
      for (let i = 0; i < 200; i++) response.setHeader(`x-${i}`, '1')
      response.end()
    })
    await expect(http().request(many)).rejects.toEqual(failing('HTTP_LIMIT'))
    const large = await serve((_, response) => response.writeHead(200, { 'x-large': 'y'.repeat(50_000) }).end())
    await expect(http().request(large)).rejects.toEqual(failing('HTTP_LIMIT'))
  })

  it('reject a body that is longer than allowed, or does not have the announced length', async () => {
    const origin = await serve(echo)
    const { perform } = http({ limits: { maxRequestBytes: 10 } })
    const open = (bytes: number | null): Promise<unknown> =>
      perform('http.open', { url: origin, method: 'POST', body: { bytes } })
    await expect(open(11)).rejects.toEqual(failing('HTTP_LIMIT'))
    const tooLong = await open(null)
    await expect(perform('http.write', tooLong, btoa('x'.repeat(11)))).rejects.toEqual(failing('HTTP_LIMIT'))
    const announced = await open(3)
    await expect(perform('http.write', announced, btoa('four'))).rejects.toEqual(failing('HTTP_LIMIT'))
    const short = await open(3)
    await perform('http.write', short, btoa('ab'))
    await expect(perform('http.end', short)).rejects.toEqual(failing('BAD_INPUT'))
  })

  it('end a request that takes too long', async () => {
    const silent = await serve(() => {})
    await expect(http({ limits: { timeoutMs: 30 } }).request(silent)).rejects.toEqual(failing('HTTP_LIMIT', /longer than 30 ms/))
    const stalling = await serve((_, response) => void response.write('x'))
    await expect(http({ limits: { timeoutMs: 30 } }).request(stalling)).rejects.toEqual(
      failing('HTTP_LIMIT', /longer than 30 ms/),
    )
  })

  it('allow sixteen open requests per run', async () => {
    const { perform } = http()
    const silent = await serve(() => {})
    const ids = await Promise.all(Array.from({ length: 16 }, () => perform('http.open', { url: silent, method: 'GET' })))
    await expect(perform('http.open', { url: silent, method: 'GET' })).rejects.toEqual(failing('HTTP_LIMIT'))
    await perform('http.cancel', ids[0])
    await expect(perform('http.open', { url: silent, method: 'GET' })).resolves.toBe(17)
  })
})

describe('streams', () => {
  it('send a body while it is written and return a response while it arrives', async () => {
    const origin = await serve((request, response) => void request.pipe(response))
    const { perform } = http()
    const id = await perform('http.open', { url: origin, method: 'POST', body: { bytes: null } })
    await perform('http.write', id, btoa('one'))
    expect(await perform('http.response', id)).toMatchObject({ status: 200 })
    expect(await perform('http.read', id)).toBe(btoa('one'))
    await perform('http.write', id, btoa('two'))
    expect(await perform('http.read', id)).toBe(btoa('two'))
    await perform('http.end', id)
    expect(await perform('http.read', id)).toBeNull()
  })

  it('send a large body of a known length with that length', async () => {
    const origin = await serve((request, response) => {
      void readText(request).then((text) => response.end(`${request.headers['content-length']} ${text.length}`))
    })
    const { perform } = http({ limits: { maxBufferedBytes: 10 } })
    const id = await perform('http.open', { url: origin, method: 'POST', body: { bytes: 100_000 } })
    await perform('http.write', id, btoa('x'.repeat(50_000)))
    await perform('http.write', id, btoa('x'.repeat(50_000)))
    await perform('http.end', id)
    await perform('http.response', id)
    expect(await perform('http.read', id)).toBe(btoa('100000 100000'))
  })

  it('return chunks of at most 64 KiB, byte for byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251))
    const origin = await serve((_, response) => response.end(bytes))
    const { perform } = http()
    const id = await perform('http.open', { url: origin, method: 'GET' })
    const chunks: Buffer[] = []
    for (let chunk = await perform('http.read', id); typeof chunk === 'string'; chunk = await perform('http.read', id))
      chunks.push(Buffer.from(chunk, 'base64'))
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThanOrEqual(65_536)
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
  })

  it('apply backpressure to the block while the server does not read', async () => {
    const arrived = Promise.withResolvers<IncomingMessage>()
    const origin = await serve((request, response) => {
      arrived.resolve(request)
      request.on('end', () => response.end('done'))
    })
    const { perform } = http()
    const id = await perform('http.open', { url: origin, method: 'POST', body: { bytes: null } })
    const chunk = Buffer.alloc(65_536).toString('base64')
    let written = 0
    const writing = (async () => {
      for (; written < 500; written++) await perform('http.write', id, chunk)
      await perform('http.end', id)
    })()
    const request = await arrived.promise
    await waitUntilStable(() => written)
    expect(written).toBeGreaterThan(0)
    expect(written).toBeLessThan(500)
    await expect(Promise.all([perform('http.write', id, chunk), perform('http.write', id, chunk)])).rejects.toEqual(
      failing('BAD_INPUT'),
    )
    request.resume()
    await writing
    expect(await perform('http.response', id)).toMatchObject({ status: 200 })
  })

  it('apply backpressure to the server while the block does not read', async () => {
    let sent = 0
    const origin = await serve((_, response) => {
      const chunk = Buffer.alloc(65_536)
      const send = (): void => {
        while (sent < 1000) {
          sent++
          if (!response.write(chunk)) return void response.once('drain', send)
        }
        response.end()
      }
      send()
    })
    const { perform } = http()
    const id = await perform('http.open', { url: origin, method: 'GET' })
    await perform('http.response', id)
    await waitUntilStable(() => sent)
    expect(sent).toBeGreaterThan(0)
    expect(sent).toBeLessThan(1000)
    const heldBackAt = sent
    while (sent === heldBackAt) expect(await perform('http.read', id)).not.toBeNull()
    await perform('http.cancel', id)
  })

  it('reject invalid chunks and a second reader', async () => {
    const origin = await serve((_, response) => response.flushHeaders())
    const { perform } = http()
    const id = await perform('http.open', { url: origin, method: 'POST', body: { bytes: null } })
    await expect(perform('http.write', id, 'a?b')).rejects.toEqual(failing('BAD_INPUT'))
    await expect(perform('http.write', id, 7)).rejects.toEqual(failing('BAD_INPUT'))
    await expect(perform('http.write', id, Buffer.alloc(70_000).toString('base64'))).rejects.toEqual(failing('BAD_INPUT'))
    const first = perform('http.read', id)
    await expect(perform('http.read', id)).rejects.toEqual(failing('BAD_INPUT', /already being read/))
    await perform('http.cancel', id)
    await expect(first).rejects.toEqual(failing('HTTP_FAILED'))
  })

  it('fail on a redirect that requires the body again', async () => {
    const origin = await serve((request, response) => {
      request.resume().on('end', () => response.writeHead(307, { location: '/x' }).end())
    })
    const { perform } = http()
    const id = await perform('http.open', { url: origin, method: 'POST', body: { bytes: null } })
    await perform('http.write', id, btoa('x'))
    await perform('http.end', id)
    await expect(perform('http.response', id)).rejects.toEqual(failing('HTTP_FAILED', /cannot be sent again/))
  })
})

describe('the end of a run', () => {
  it('cancels open requests and rejects new ones', async () => {
    const arrived = Promise.withResolvers<void>()
    const left = Promise.withResolvers<void>()
    const origin = await serve((request) => {
      request.on('error', () => {})
      request.socket.on('close', () => left.resolve())
      arrived.resolve()
    })
    const { perform, endRun } = http()
    const id = await perform('http.open', { url: origin, method: 'GET' })
    const response = perform('http.response', id)
    await arrived.promise
    endRun()
    await expect(response).rejects.toEqual(failing('HTTP_FAILED', /has ended/))
    await left.promise
    await expect(perform('http.open', { url: origin, method: 'GET' })).rejects.toEqual(failing('HTTP_FAILED'))
  })

  it('cancels a body that is being read or written', async () => {
    const origin = await serve((_, response) => void response.write('x'))
    const { perform, endRun } = http()
    const reading = await perform('http.open', { url: origin, method: 'GET' })
    const writing = await perform('http.open', { url: await serve(() => {}), method: 'POST', body: { bytes: null } })
    expect(await perform('http.read', reading)).toBe(btoa('x'))
    const next = perform('http.read', reading)
    const chunk = Buffer.alloc(65_536).toString('base64')
    const written = perform('http.write', writing, chunk)
    endRun()
    await expect(next).rejects.toEqual(failing('HTTP_FAILED'))
    await expect(written).resolves.toBeUndefined()
  })
})

it('does not reveal the address of a host in a failure', async () => {
  const gone = await serve(echo)
  await undo.pop()?.()
  await expect(http().request(gone)).rejects.toEqual(failing('HTTP_FAILED', /refused the connection$/))
  const resolve = (): Promise<never> => Promise.reject(Object.assign(new Error('getaddrinfo 10.0.0.1'), { code: 'ENOTFOUND' }))
  await expect(http({ resolve }).request('http://no.example')).rejects.toEqual(
    failing('HTTP_FAILED', /^http: no\.example: the host does not exist$/),
  )
})

it('rejects unknown host calls and invalid arguments', async () => {
  await expect(http().perform('http.exec')).rejects.toEqual(failing('BAD_INPUT'))
  await expect(http().perform('http.read', 99)).rejects.toEqual(failing('BAD_INPUT'))
  await expect(http().perform('http.open', 'https://example.com')).rejects.toEqual(failing('BAD_INPUT'))
})
