import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'

const FEED = `<rss version="2.0"><channel><item><title>One</title><link>https://a.example/1</link></item></channel></rss>`

let server: Server
let origin: string
let runtime: TestRuntime
beforeAll(async () => {
  server = createServer((request, response) => {
    void readBody(request).then((body) => {
      if (request.url === '/feed') response.setHeader('content-type', 'application/rss+xml').end(FEED)
      else if (request.url === '/fail') response.writeHead(500).end('broken')
      else
        response
          .setHeader('content-type', 'application/json')
          .end(JSON.stringify({ type: request.headers['content-type'], body }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  origin = `http://127.0.0.1:${port}`
  runtime = await createTestRuntime({ httpAllow: ['127.0.0.0/8'] })
})
afterAll(async () => {
  await runtime.close()
  server.close()
})

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

async function run(block: string, inputs: object): Promise<[pin: string, value: unknown][]> {
  const document = { onUnhandledError: 'CONTINUE', nodes: [{ id: 'n', block, inputs }] }
  const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: 'Web', document })
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
  const outputs: [string, unknown][] = []
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0))
    if (event.type === 'NodeOutput') outputs.push([event.pin, event.value])
  return outputs
}

const SEND = '6595ae1f-b924-42cb-9a41-551a0611c4b4'

it('SendWebRequest sends JSON', async () => {
  const answer = { type: 'application/json', body: '{"a":1}' }
  expect(await run(SEND, { url: `${origin}/`, body: { a: 1 } })).toEqual([['response', answer]])
})

it('SendWebRequest sends a file in a form', async () => {
  const [[pin, value] = []] = await run(SEND, { url: `${origin}/`, body: { note: 'n' }, files: ['data:text/plain,Hello'] })
  expect(pin).toBe('response')
  expect(value).toMatchObject({ type: expect.stringMatching(/^multipart\/form-data; boundary=/) })
  const { body } = value as { body: string }
  for (const part of ['name="note"', 'name="file"; filename="file"', 'Hello']) expect(body).toContain(part)
})

it('SendWebRequest sends the body of a failure to the pin of its kind', async () => {
  expect(await run(SEND, { url: `${origin}/fail`, method: 'GET' })).toEqual([['server_error', 'broken']])
})

it('ReadRSSFeed reads a feed', async () => {
  const entry = { title: 'One', link: 'https://a.example/1', description: '', pub_date: null, author: '', categories: [] }
  expect(await run('5ebe6768-8e5d-41e3-9134-1c7bd89a8d52', { rss_url: `${origin}/feed`, polling_rate: 60 })).toEqual([
    ['entry', entry],
    ['entries', [entry]],
  ])
})
