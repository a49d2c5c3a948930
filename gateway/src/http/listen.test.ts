import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { closeServer, listen, type Bound } from './listen.ts'

const NEVER_MS = 600_000

let open: Bound[] = []
afterEach(() => {
  for (const { server } of open) server.closeAllConnections()
  open = []
})

/** A server whose only request waits for its answer. */
async function serveOne(accept = '*/*'): Promise<{ bound: Bound; response: ServerResponse; answer: Promise<Response> }> {
  const { promise, resolve } = Promise.withResolvers<ServerResponse>()
  const bound = await listen((_request, response) => resolve(response), 0)
  open.push(bound)
  const answer = fetch(`http://127.0.0.1:${bound.port}/`, { headers: { accept } })
  return { bound, response: await promise, answer }
}

/** What work fails with; undefined when it succeeds. */
function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  )
}

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
    const failure = failureOf((await answer).text())
    await Promise.all([closeServer(bound, 1, NEVER_MS), once(response, 'close')])
    expect(await failure).toMatchObject({ message: 'terminated' })
  })

  it('cuts a response that does not end in time', async () => {
    const { bound, answer } = await serveOne()
    const failure = failureOf(answer)
    await closeServer(bound, 1, 20)
    expect(await failure).toMatchObject({ message: 'fetch failed' })
  })
})
