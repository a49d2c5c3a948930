import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AshlarError } from '../../errors/index.ts'
import { createTestHttp, type TestHttp } from '../../testing/index.ts'
import { fetchFor } from './fetch.ts'

/*
 * The guest's `fetch` on Node's own Request and Response, against the real host calls.
 */
let http: TestHttp
const calls: string[] = []

vi.mock(import('./host-calls.ts'), async (original) => {
  const { HostError, ...rest } = await original()
  const refused = (error: unknown): never => {
    throw error instanceof AshlarError ? new HostError(error.message, error.code) : error
  }
  const callHost = (_: number, method: string, args: readonly unknown[]): Promise<unknown> => {
    calls.push(method)
    return http.perform(method, ...(JSON.parse(JSON.stringify(args)) as unknown[])).catch(refused)
  }
  return { ...rest, HostError, callHost }
})

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

/** Sends back what comes, and says of which length it was to be. */
const mirror: RequestListener = (request, response) => {
  response.setHeader('x-length', request.headers['content-length'] ?? 'none')
  response.setHeader('x-type', request.headers['content-type'] ?? 'none')
  request.pipe(response)
}

const fetch = fetchFor(1)

const streaming = (body: ReadableStream): RequestInit => ({ method: 'POST', body, duplex: 'half' }) as RequestInit

describe('fetch in the guest', () => {
  it('gives a Response with its url, status, headers and body', async () => {
    const url = await serve((_, response) =>
      response
        .writeHead(
          418,
          'Teapot',
          [
            ['x-a', '1'],
            ['x-a', '2'],
          ].flat(),
        )
        .end('{"a":1}'),
    )
    const response = await fetch(url)
    expect(response).toBeInstanceOf(Response)
    expect(response).toMatchObject({ status: 418, statusText: 'Teapot', ok: false, url, redirected: false })
    expect(response.headers.get('x-a')).toBe('1, 2')
    expect(await response.json()).toEqual({ a: 1 })
  })

  it('sends bodies of all kinds with their length and type', async () => {
    const url = await serve(mirror)
    const send = async (body: BodyInit): Promise<unknown[]> => {
      const response = await fetch(url, { method: 'POST', body })
      return [response.headers.get('x-length'), response.headers.get('x-type'), await response.text()]
    }
    expect(await send('héllo')).toEqual(['6', 'text/plain;charset=UTF-8', 'héllo'])
    expect(await send(new Uint8Array([104, 105]))).toEqual(['2', 'none', 'hi'])
    expect(await send(new URLSearchParams({ a: 'b c' }))).toEqual([
      '5',
      'application/x-www-form-urlencoded;charset=UTF-8',
      'a=b+c',
    ])
    const response = await fetch(new Request(url, { method: 'PUT', body: 'x'.repeat(200_000) }))
    expect((await response.text()).length).toBe(200_000)
  })

  it('streams both ways', async () => {
    const url = await serve(mirror)
    const parts = ['one ', 'two ', 'three']
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const part = parts.shift()
        if (part === undefined) controller.close()
        else controller.enqueue(new TextEncoder().encode(part))
      },
    })
    const response = await fetch(url, streaming(body))
    expect(await response.text()).toBe('one two three')
  })

  it('asks for no more of a body than is read', async () => {
    const url = await serve((_, response) => response.end('x'.repeat(1_000_000)))
    const response = await fetch(url)
    const reader = response.body?.getReader()
    await reader?.read()
    expect(calls.filter((method) => method === 'http.read')).toHaveLength(1)
    await reader?.cancel()
    expect(calls.at(-1)).toBe('http.cancel')
  })

  it.each([204, 205, 304])('gives %i no body and lets go of the request', async (status) => {
    const response = await fetch(await serve((_, answer) => answer.writeHead(status).end()))
    expect(response.body).toBeNull()
    expect(calls).toEqual(['http.open', 'http.response', 'http.cancel'])
  })

  it('rejects with the reason of an abort, before, while waiting and while reading', async () => {
    const reason = new Error('enough')
    await expect(fetch('http://a.example', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(calls).toEqual([])
    const waiting = new AbortController()
    const silent = await serve(() => waiting.abort(reason))
    await expect(fetch(silent, { signal: waiting.signal })).rejects.toBe(reason)
    const reading = new AbortController()
    const response = await fetch(await serve((_, answer) => void answer.write('x')), { signal: reading.signal })
    const text = response.text()
    reading.abort(reason)
    await expect(text).rejects.toBe(reason)
    expect(calls.filter((method) => method === 'http.cancel')).toHaveLength(2)
  })

  it('rejects with a TypeError that says what the host says, and has its refusal as cause', async () => {
    await expect(fetch('http://10.0.0.1')).rejects.toMatchObject({
      name: 'TypeError',
      message: expect.stringContaining('not on the public internet') as unknown,
      cause: { name: 'HostError', code: 'HTTP_BLOCKED_ADDRESS' },
    })
    await expect(fetch('ftp://a.example')).rejects.toMatchObject({ name: 'TypeError', cause: { code: 'HTTP_DENIED' } })
  })

  it('rejects who reads a body that breaks off', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('x', () => response.destroy())
    })
    const response = await fetch(url)
    await expect(response.text()).rejects.toMatchObject({ name: 'TypeError', cause: { code: 'HTTP_FAILED' } })
  })

  it('cancels the request when the stream of its body fails', async () => {
    const url = await serve((request) => request.on('error', () => {}))
    const body = new ReadableStream<Uint8Array>({
      pull: () => Promise.reject(new Error('no more')),
    })
    await expect(fetch(url, streaming(body))).rejects.toThrow('no more')
    expect(calls.at(-1)).toBe('http.cancel')
  })
})
