import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'

/** What the storage does with the n-th request instead of its usual answer. */
type Fault = (response: ServerResponse, request: IncomingMessage) => void

let runtime: TestRuntime
let url: string
const faults = new Map<number, Fault>()
const received: string[] = []

/** A bucket with 2 500 objects, in pages of 1 000. Source: "ListObjectsV2" of the Amazon S3 API Reference. */
const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '', 'http://localhost')
  const from = Number(searchParams.get('continuation-token') ?? 0)
  received.push(`${from} ${request.headers.authorization?.split(' ')[0]}`)
  const fault = faults.get(received.length)
  if (fault) return fault(response, request)
  const end = Math.min(2500, from + Math.min(1000, Number(searchParams.get('max-keys'))))
  const contents = Array.from({ length: end - from }, (_, i) => `<Contents><Key>k${from + i}</Key><Size>1</Size></Contents>`)
  const next = end < 2500 ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${end}</NextContinuationToken>` : ''
  response.end(`<ListBucketResult>${contents.join('')}${next}</ListBucketResult>`)
})

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  runtime = await createTestRuntime({ httpAllow: ['127.0.0.1'] })
  const secret = { type: 'USER_PASSWORD', username: 'AKID', password: 'secret-key' }
  await runtime.credentials.add(runtime.ownerId, { provider: 's3/s3', secret, hosts: [url] })
})
afterAll(async () => {
  await runtime.close()
  await new Promise((resolve) => server.close(resolve).closeAllConnections())
})
beforeEach(() => {
  faults.clear()
  received.length = 0
})

async function list(): Promise<{ count: unknown; error: { code: string; message: string } | undefined }> {
  const inputs = { endpoint: url, bucket: 'reports', limit: 100_000 }
  const document = { nodes: [{ id: 'n', block: 's3/list-objects', inputs }] }
  const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: 'List', document })
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
  const result: Awaited<ReturnType<typeof list>> = { count: undefined, error: undefined }
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0)) {
    if (event.type === 'NodeOutput' && event.pin === 'count') result.count = event.value
    if (event.type === 'NodeFinished' && event.error) result.error = { code: event.error.code, message: event.error.message }
  }
  return result
}

const busy: Fault = (response) =>
  void response
    .writeHead(503, { 'retry-after': '0' })
    .end('<Error><Code>SlowDown</Code><Message>Reduce your rate</Message></Error>')
const reset: Fault = (response) => void response.destroy()
const half: Fault = (response) => {
  response.writeHead(200, { 'content-length': '9999' }).write('<ListBucketResult>')
  setTimeout(() => response.destroy(), 50)
}

it('reads three pages over signed requests', async () => {
  expect(await list()).toEqual({ count: 2500, error: undefined })
  expect(received).toEqual(['0 AWS4-HMAC-SHA256', '1000 AWS4-HMAC-SHA256', '2000 AWS4-HMAC-SHA256'])
})

it.each<[string, Fault]>([
  ['a busy storage', busy],
  ['a lost connection', reset],
  ['half of a page', half],
])('repeats the request for the second page after %s', async (_what, fault) => {
  faults.set(2, fault)
  expect(await list()).toEqual({ count: 2500, error: undefined })
  expect(received).toHaveLength(4)
})

it('yields no list when the storage refuses the second page', async () => {
  faults.set(2, (response) => void response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>'))
  expect(await list()).toEqual({
    count: undefined,
    error: { code: 'BLOCK_FAILED', message: expect.stringMatching(/403.*AccessDenied/) as string },
  })
})
