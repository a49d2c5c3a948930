import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { createTestCaller, createTestHttp, type TestHttp } from '../../../testing/index.ts'
import { createRunCredentials, type OpenedCredential } from '../../credentials/index.ts'

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(undo.splice(0).map((step) => step()))
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  undo.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function httpWithCredential(origin: string): TestHttp {
  const credential: OpenedCredential = {
    provider: 'a/a',
    name: 'default',
    hosts: [origin],
    auth: { type: 'API_KEY', header: 'x-key', format: '{key}' },
    scopes: [],
    hidden: [],
    secret: { type: 'API_KEY', key: 's3cret-key' },
  }
  const caller = createTestCaller({ qualifiedName: 'a/b', capabilities: { credentials: ['a/a'] } })
  const credentials = createRunCredentials({ open: () => Promise.resolve(credential) }, caller)
  const opened = createTestHttp({ allow: ['127.0.0.0/8'], credentials })
  undo.push(opened.close)
  return opened
}

const request = (origin: string, headers: [string, string][] = []): ReturnType<TestHttp['request']> =>
  httpWithCredential(origin).request(origin, { credential: 'a/a', headers })

const denied = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'HTTP_DENIED', message: expect.stringMatching(message) as unknown })

describe('a request with a credential', () => {
  it.each(['Range', 'If-Range', 'Request-Range', 'X-Ms-Range', 'x_range', 'A-IM'])('is rejected with %s', async (name) => {
    let requests = 0
    const origin = await serve((_, response) => void response.end(String(requests++)))
    await expect(request(origin, [[name, 'bytes=0-3']])).rejects.toEqual(
      denied(/remove the header and request the whole response/),
    )
    expect(requests).toBe(0)
  })

  it('may have Content-Range, which describes its own body', async () => {
    const origin = await serve((_, response) => response.end())
    await expect(request(origin, [['Content-Range', 'bytes 0-3/9']])).resolves.toMatchObject({ status: 200 })
  })
})

describe('a response to a request with a credential', () => {
  it.each([
    ['a part of a document', 206, { 'content-range': 'bytes 0-3/9' }],
    ['multipart/byteranges', 206, { 'content-type': 'multipart/byteranges; boundary=x' }],
    ['an unknown content coding', 200, { 'content-encoding': 'zstd' }],
    ['an unknown content coding under gzip', 200, { 'content-encoding': 'compress, gzip' }],
    ['a transfer coding', 200, { 'transfer-encoding': 'gzip, chunked' }],
  ])('is rejected when it is %s', async (_, status, headers) => {
    const origin = await serve((_, response) => response.writeHead(status, headers).end('s3cret-key'))
    await expect(request(origin)).rejects.toEqual(denied(/cannot mask a secret/))
  })

  it('contains no secret after its content coding is removed', async () => {
    const origin = await serve((asked, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(`your key is ${asked.headers['x-key'] as string}`))
    })
    expect((await request(origin)).text).toBe('your key is **********')
  })

  it('contains no secret in UTF-16', async () => {
    const le = Buffer.from('\ufeffkey s3cret-key', 'utf16le')
    for (const body of [le, Buffer.from(le).swap16()]) {
      const origin = await serve((_, response) => response.end(body))
      const { text } = await request(origin)
      expect(text).toContain('*'.repeat(20))
      expect(text.replaceAll('\0', '')).not.toContain('s3cret')
    }
  })
})

it('a request without a credential may have Range', async () => {
  const origin = await serve((asked, response) => response.writeHead(206).end(asked.headers.range))
  await expect(httpWithCredential(origin).request(origin, { headers: [['Range', 'bytes=0-3']] })).resolves.toMatchObject({
    status: 206,
    text: 'bytes=0-3',
  })
})
