import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createTestCaller } from '../../testing/index.ts'
import type { CapabilitySession } from '../capability/capability.ts'
import { createHttpHost } from './host.ts'
import type { HttpLimits } from './message/limits.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  undo.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** @returns a function that creates a session of a run of the given owner */
function worker(limits: Partial<HttpLimits>): (ownerId: string) => CapabilitySession {
  const http = createHttpHost(() => ({ use: () => Promise.reject(new Error('this test has no credentials')) }), {
    allow: ['127.0.0.0/8'],
    limits,
  })
  undo.push(() => http.close())
  return (ownerId) => {
    const session = http.createSession(createTestCaller({ ownerId, capabilities: { http: [{ anyHost: true }] } }))
    undo.push(() => session.close())
    return session
  }
}

describe('the runs of one owner in a worker', () => {
  it('share a limit of open requests, which does not affect other owners', async () => {
    const url = await serve((request, response) => void (request.url === '/' && response.end()))
    const run = worker({ maxOpenOfOwner: 2 })
    const [first, second, other] = [run('ada'), run('ada'), run('bob')]
    const open = (session: CapabilitySession, path: string): unknown =>
      session.perform('http.open', [{ url: url + path, method: 'GET' }])
    const one = await open(first, '/')
    await open(second, '/waits')
    const failure = { code: 'HTTP_LIMIT', message: 'http: the blocks of one user may have 2 requests open at a time' }
    await expect(open(first, '/')).rejects.toMatchObject(failure)
    await expect(open(second, '/')).rejects.toMatchObject(failure)
    await open(other, '/waits')

    expect(await first.perform('http.read', [one])).toBeNull() // the body has ended
    await open(first, '/waits')
    second.close()
    const third = await open(first, '/waits')
    await expect(open(first, '/')).rejects.toMatchObject(failure)
    await first.perform('http.cancel', [third])
    const getWithBody = { url, method: 'GET', body: { bytes: 1 } }
    await expect(first.perform('http.open', [getWithBody])).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await expect(first.perform('http.open', [{ url: 'ftp://x', method: 'GET' }])).rejects.toMatchObject({ code: 'HTTP_DENIED' })
    await open(first, '/waits')
  })

  it('share a limit of buffered bodies, above which a body is streamed', async () => {
    const began = Promise.withResolvers<void>()
    const url = await serve((request, response) => {
      request.once('data', began.resolve).on('end', () => response.end(request.headers['content-length']))
    })
    const run = worker({ maxBufferedBytesOfOwner: 10 })
    const post = (session: CapabilitySession, bytes: number): unknown =>
      session.perform('http.open', [{ url, method: 'POST', body: { bytes } }])
    await post(run('ada'), 8)
    const session = run('ada')
    const id = await post(session, 3)
    await session.perform('http.write', [id, btoa('a')])
    await began.promise
    await session.perform('http.write', [id, btoa('bc')])
    await session.perform('http.end', [id])
    expect(await session.perform('http.read', [id])).toBe(btoa('3'))
  })
})
