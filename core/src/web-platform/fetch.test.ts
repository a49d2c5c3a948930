import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestHttp, type TestHttp } from '../testing/index.ts'
import { createGuestEvaluator, type GuestEvaluator } from '../testing/guest-evaluator.ts'

// Tests `fetch` of a block in a guest against the real host calls.
let guest: GuestEvaluator
let http: TestHttp
const calls: string[] = []

beforeAll(async () => {
  guest = await createGuestEvaluator((method, args) => {
    calls.push(method)
    return http.perform(method, ...args)
  })
})
afterAll(() => guest.close())

const undo: (() => Promise<unknown>)[] = []
beforeEach(() => {
  calls.length = 0
  http = createTestHttp({ allow: ['127.0.0.1'] })
  undo.push(http.close)
})
afterEach(async () => {
  await Promise.all(undo.splice(0).map((step) => step()))
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  undo.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** Returns the body of the request, with the request's Content-Length and Content-Type in headers. */
const mirror: RequestListener = (request, response) => {
  response.setHeader('x-length', request.headers['content-length'] ?? 'none')
  response.setHeader('x-type', request.headers['content-type'] ?? 'none')
  request.pipe(response)
}

/**
 * @param body code that may use `fetch`, the address `url`, and `failing(f)`, which returns the error with which `f`
 * rejects
 */
function evaluate(body: string, url = ''): Promise<unknown> {
  return guest.evaluate(`const { fetch } = context; const url = ${JSON.stringify(url)}
    const failing = (f) => f().then(() => undefined, (error) => error)
    const streaming = (...parts) => ({ method: 'POST', duplex: 'half', body: streamOf(...parts.map((each) => utf8(each))) })
    const describe = async (response) => [response.headers.get('x-length'), response.headers.get('x-type'), await response.text()]
    ${body}`)
}

describe('fetch in the guest', () => {
  it('returns a Response with URL, status, headers and body', async () => {
    const url = await serve((_, response) => response.writeHead(418, 'Teapot', ['x-a', '1', 'x-a', '2']).end('{"a":1}'))
    const code = `const r = await fetch(url); return [r instanceof Response, r.type, r.status, r.statusText, r.ok, r.url, r.redirected, r.headers.get('x-a'), await r.json()]`
    expect(await evaluate(code, url)).toEqual([true, 'basic', 418, 'Teapot', false, url, false, '1, 2', { a: 1 }])
  })

  it('returns a Response with immutable headers and the same properties as its clone', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/there' }).end()
      else response.end('x')
    })
    const code = `const r = await fetch(url); const c = r.clone(); const set = (each) => caught(() => each.headers.set('a', 'b'))
      return [c.type, c.url, c.redirected, await c.text(), await r.text(), await set(r), await set(c)]`
    expect(await evaluate(code, url)).toEqual(['basic', `${url}there`, true, 'x', 'x', 'TypeError', 'TypeError'])
  })

  it.each([600, 999])('accepts the status %i, which no standard defines', async (status) => {
    const url = await serve((_, response) => response.writeHead(status).end('no'))
    expect(await evaluate(`const r = await fetch(url); return [r.status, r.ok, await r.text()]`, url)).toEqual([
      status,
      false,
      'no',
    ])
  })

  it('uses the classes of the platform even if the block has replaced them', async () => {
    const url = await serve(mirror)
    const code = `const Own = Response; globalThis.Request = globalThis.Response = globalThis.ReadableStream = undefined
      const r = await fetch(url, { method: 'POST', body: 'x' }); return [r instanceof Own, await r.text()]`
    expect(await evaluate(code, url)).toEqual([true, 'x'])
  })

  it('sends bodies of all kinds with their length and type', async () => {
    const code = `const send = async (body) => describe(await fetch(url, { method: 'POST', body }))
      return [await send('héllo'), await send(utf8('hi')), await send(new URLSearchParams({ a: 'b c' })), await send(new Blob(['x'], { type: 'a/b' }))]`
    expect(await evaluate(code, await serve(mirror))).toEqual([
      ['6', 'text/plain;charset=UTF-8', 'héllo'],
      ['2', 'none', 'hi'],
      ['5', 'application/x-www-form-urlencoded;charset=UTF-8', 'a=b+c'],
      ['1', 'a/b', 'x'],
    ])
  })

  it('sends a large body of a Request in several pieces', async () => {
    const code = `const request = new Request(url, { method: 'PUT', body: 'x'.repeat(200_000) }); const r = await fetch(request)
      return [r.headers.get('x-length'), (await r.text()).length, request.bodyUsed]`
    expect(await evaluate(code, await serve(mirror))).toEqual(['200000', 200_000, true])
    expect(calls.filter((method) => method === 'http.write')).toHaveLength(4)
  })

  it('streams in both directions', async () => {
    const code = `return describe(await fetch(url, streaming('one ', 'two ', 'three')))`
    expect(await evaluate(code, await serve(mirror))).toEqual(['none', 'none', 'one two three'])
  })

  it('streams the bodies of a Request and of its clone', async () => {
    const code = `const request = new Request(url, streaming('one ', 'two')); const clone = request.clone()
      return [await describe(await fetch(request)), await describe(await fetch(clone, { headers: { 'content-type': 'a/b' } }))]`
    expect(await evaluate(code, await serve(mirror))).toEqual([
      ['none', 'none', 'one two'],
      ['none', 'a/b', 'one two'],
    ])
  })

  it('rejects a response longer than maxResponseBytes, with or without Content-Length or compression', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/gzip') response.setHeader('content-encoding', 'gzip')
      const body = request.url === '/gzip' ? gzipSync('x'.repeat(1001)) : Buffer.alloc(1001)
      if (request.url === '/length') response.setHeader('content-length', body.length)
      response.write(body)
      response.end()
    })
    const code = `const outcome = async (path, maxResponseBytes) => {
        try { return (await (await fetch(url + path, { maxResponseBytes })).arrayBuffer()).byteLength }
        catch (error) { return [error.name, error.cause.code, error.message] }
      }
      return [await outcome('length', 1000), await outcome('chunked', 1000), await outcome('gzip', 1000), await outcome('gzip', 1001)]`
    const refused = [
      'TypeError',
      'HTTP_LIMIT',
      expect.stringMatching(/the response is longer than 1000 bytes, the limit that the block sets/),
    ]
    expect(await evaluate(code, url)).toEqual([refused, refused, refused, 1001])
  })

  it('rejects a request that takes longer than timeoutMs with a retryable error', async () => {
    const code = `const { name, message, cause } = await failing(() => fetch(url, { timeoutMs: 30 })); return [name, message, cause.code]`
    const url = await serve(() => {})
    expect(await evaluate(code, url)).toEqual(['TypeError', expect.stringMatching(/did not respond within 30 ms/), 'HTTP_FAILED'])
  })

  it('rejects limits that are not whole numbers', async () => {
    const code = `return [await caught(() => fetch('http://a.example', { timeoutMs: -1 })), await caught(() => fetch('http://a.example', { maxResponseBytes: '9' }))]`
    expect(await evaluate(code)).toEqual(['TypeError', 'TypeError'])
    expect(calls).toEqual([])
  })

  it('requests only the parts of a body that the block reads', async () => {
    const url = await serve((_, response) => response.end('x'.repeat(1_000_000)))
    await evaluate(
      `const reader = (await fetch(url)).body.getReader(); await reader.read(); await reader.cancel(); return null`,
      url,
    )
    expect(calls).toEqual(['http.open', 'http.response', 'http.read', 'http.cancel'])
  })

  it.each([204, 205, 304])('returns no body for %i and cancels the request', async (status) => {
    const url = await serve((_, answer) => answer.writeHead(status).end())
    expect(await evaluate(`return (await fetch(url)).body`, url)).toBeNull()
    expect(calls).toEqual(['http.open', 'http.response', 'http.cancel'])
  })

  it('rejects with the reason of an abort before the request, during it and while reading', async () => {
    const arrived = Promise.withResolvers<void>()
    const url = await serve((request, response) => {
      if (request.url === '/silent') arrived.resolve()
      else if (request.url === '/arrived') void arrived.promise.then(() => response.end())
      else response.write('x')
    })
    const code = `const reason = { mine: true }; const before = await failing(() => fetch(url, { signal: AbortSignal.abort(reason) }))
      const waiting = new AbortController(); const silent = failing(() => fetch(url + 'silent', { signal: waiting.signal }))
      await fetch(url + 'arrived'); waiting.abort(reason)
      const reading = new AbortController(); const response = await fetch(url, { signal: reading.signal }); const text = failing(() => response.text()); reading.abort(reason)
      return [before === reason, await silent === reason, await text === reason]`
    expect(await evaluate(code, url)).toEqual([true, true, true])
    expect(calls.filter((method) => method === 'http.open')).toHaveLength(3)
    expect(calls.filter((method) => method === 'http.cancel')).toHaveLength(2)
  })

  it('rejects with a TypeError that has the message of the host and the host error as its cause', async () => {
    const code = `return Promise.all(['http://10.0.0.1', 'ftp://a.example'].map(async (each) => { const { name, message, cause } = await failing(() => fetch(each)); return [name, message, cause.name, cause.code] }))`
    expect(await evaluate(code)).toEqual([
      ['TypeError', expect.stringContaining('not on the public internet'), 'HostError', 'HTTP_BLOCKED_ADDRESS'],
      ['TypeError', expect.any(String), 'HostError', 'HTTP_DENIED'],
    ])
  })

  it('rejects when a body is incomplete', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('x', () => response.destroy())
    })
    const code = `const response = await fetch(url); const { name, cause } = await failing(() => response.text()); return [name, cause.code]`
    expect(await evaluate(code, url)).toEqual(['TypeError', 'HTTP_FAILED'])
  })

  it('cancels the request when the stream of its body fails', async () => {
    const url = await serve((request) => request.on('error', () => {}))
    const code = `const body = new ReadableStream({ pull: () => Promise.reject(new Error('no more')) })
      return (await failing(() => fetch(url, { method: 'POST', duplex: 'half', body }))).message`
    expect(await evaluate(code, url)).toBe('no more')
    expect(calls.at(-1)).toBe('http.cancel')
  })
})
