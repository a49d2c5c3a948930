import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttpClient } from './client.ts'
import type { HttpConnectionOptions } from './pool.ts'

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0)) await step()
})

/** Starts a server. @returns a function that posts to the server under a host name */
async function client(listener: RequestListener, options: HttpConnectionOptions = {}) {
  const http = createHttpClient({ allow: ['127.0.0.1'], ...options })
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  undo.push(http.close, () => new Promise((resolve) => server.close(resolve).closeAllConnections()))
  const { port } = server.address() as AddressInfo
  return (host = '127.0.0.1') => http.postForm(`http://${host}:${port}/token?a=1`, new URLSearchParams({ b: 'c d' }))
}

describe('a request of the worker', () => {
  it('posts a form and requests JSON', async () => {
    const answer: RequestListener = (request, response) => void echo(request, response)
    const echo: (...args: Parameters<RequestListener>) => Promise<void> = async (request, response) => {
      const { accept, 'content-type': type } = request.headers
      let body = ''
      for await (const chunk of request as AsyncIterable<Buffer>) body += chunk.toString()
      response.writeHead(201).end(JSON.stringify([request.method, request.url, accept, type, body]))
    }
    const post = await client(answer)
    const { status, text } = await post()
    expect(status).toBe(201)
    expect(JSON.parse(text)).toEqual(['POST', '/token?a=1', 'application/json', 'application/x-www-form-urlencoded', 'b=c+d'])
  })

  it('returns a redirect without following it', async () => {
    let requests = 0
    const post = await client((_request, response) => {
      requests++
      response.writeHead(307, { location: '/elsewhere' }).end('gone')
    })
    expect([await post(), requests]).toEqual([{ status: 307, text: 'gone' }, 1])
  })

  it.each<[string, RequestListener, string]>([
    ['never responds', () => {}, 'HTTP_FAILED'],
    ['never ends', (_request, response) => void response.write('{'), 'HTTP_FAILED'],
    ['sends too much', (_request, response) => void response.end('x'.repeat(2000)), 'HTTP_LIMIT'],
    ['sends too many headers', (_request, response) => void response.setHeader('x', 'y'.repeat(40_000)).end(), 'HTTP_LIMIT'],
    [
      'closes the connection early',
      (_request, response) => void response.writeHead(200, { 'content-length': 9 }).write('x', () => response.destroy()),
      'HTTP_FAILED',
    ],
  ])('fails if the server %s', async (_what, listener, code) => {
    const post = await client(listener, { limits: { timeoutMs: 300, maxResponseBytes: 1000 } })
    await expect(post()).rejects.toMatchObject({ code })
  })

  it.each(['127.0.0.1', '[::1]', 'localhost', 'rebound.example'])(
    'does not reach %s unless the operator allows it',
    async (host) => {
      const resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }])
      const post = await client(() => expect.unreachable('the server received a request'), { allow: [], resolve })
      await expect(post(host)).rejects.toMatchObject({ code: 'HTTP_BLOCKED_ADDRESS' })
    },
  )
})
