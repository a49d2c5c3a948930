import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { BUILTIN_PLUGINS, cloneDatabase, createTestRuntime, readEvents, type TestRuntime } from '../testing/index.ts'
import type { Execution } from './lifecycle/index.ts'

const SOURCE = `import { anyHost, defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'
const block = (i, name, run, more = {}) => defineBlock({
  id: '66666666-0000-4000-8000-00000000000' + i, name, description: name, category: 'TEST', tests: [], capabilities: { http: [anyHost()] },
  input: z.object({ url: z.string() }), output: z.object({ text: z.string() }), run, ...more,
})
const send = (init) => async function* ({ url }, context) {
  const headers = init.keyed ? { 'idempotency-key': await context.idempotencyKey() } : {}
  yield ['text', await (await context.fetch(url, { method: init.method, headers })).text()]
}
export default definePlugin({ name: 'stop', blocks: [
  block(1, 'get', send({ method: 'GET' })),
  block(2, 'post', send({ method: 'POST' })),
  block(3, 'keyed', send({ method: 'POST', keyed: true })),
  block(4, 'retryable', send({ method: 'POST' }), { onCrash: 'retryable' }),
  block(5, 'loop', async function* () { await new Promise((resolve) => setTimeout(resolve, 600_000)) }, { capabilities: {} }),
] })
`

let folder: string
let server: Server
let url: string
/** All requests in the order of their arrival. */
let requests: { method: string; key: string | undefined; answer(): void }[] = []
let answersAtOnce = false
/** One for all tests, so that only the first worker bundles the plugin. */
let databaseUrl: string
let first: TestRuntime
beforeAll(async () => {
  databaseUrl = await cloneDatabase(inject('postgresUrl'))
  folder = await mkdtemp(join(tmpdir(), 'ashlar-stop-'))
  await mkdir(join(folder, 'stop'))
  await writeFile(join(folder, 'stop', 'package.json'), JSON.stringify({ name: 'stop', ashlar: { blocks: './i.ts' } }))
  await writeFile(join(folder, 'stop', 'i.ts'), SOURCE)
  server = createServer((request, response) => receive(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve).closeAllConnections())
  await rm(folder, { recursive: true })
})

function receive({ method = '', headers }: IncomingMessage, response: ServerResponse): void {
  const answer = (): void => void response.end('answer')
  requests.push({ method, key: headers['idempotency-key']?.toString(), answer })
  if (answersAtOnce) answer()
}

beforeEach(() => {
  requests = []
  answersAtOnce = false
})

const open = (config: Parameters<typeof createTestRuntime>[0] = {}): Promise<TestRuntime> =>
  createTestRuntime({ databaseUrl, pluginRoots: [BUILTIN_PLUGINS, folder], httpAllow: ['127.0.0.1'], ...config })

/** Starts a block and resolves when its request has arrived. */
async function started(block: string, retry?: unknown): Promise<string> {
  const nodes = [{ id: 'a', block: `stop/${block}`, inputs: { url }, ...(retry !== undefined && { retry }) }]
  const { id: graphId } = await first.graphs.create(first.ownerId, { name: block, document: { nodes } })
  const { id } = await first.executions.start(first.ownerId, { graphId, inputs: {} })
  await expect.poll(() => requests.length, { timeout: 20_000 }).toBe(1)
  return id
}

/** Returns an execution after the next worker has ended it. */
async function ended(id: string): Promise<Execution> {
  answersAtOnce = true
  const next = await open()
  try {
    for await (const event of await next.executions.follow(next.ownerId, id, 0)) if (event.type === 'ExecutionFinished') break
    return await next.executions.get(next.ownerId, id)
  } finally {
    await next.close()
  }
}

const readTypes = async (runtime: TestRuntime, id: string): Promise<string[]> =>
  (await readEvents(runtime, id)).map(({ type }) => type)

describe('a worker that stops in order', () => {
  it.each(['get', 'post'])('waits for the request of a block and commits its result (%s)', async (block) => {
    first = await open({ stopGraceMs: 60_000 })
    const id = await started(block)
    const closing = first.close()
    requests[0]?.answer()
    await closing
    expect(await ended(id)).toMatchObject({ status: 'COMPLETED' })
    expect(requests).toHaveLength(1)
  })

  it('starts no node after the block for which it waits', async () => {
    first = await open({ stopGraceMs: 60_000 })
    const { id: graphId } = await first.graphs.create(first.ownerId, {
      name: 'two',
      document: {
        nodes: [
          { id: 'a', block: 'stop/post', inputs: { url } },
          { id: 'to', block: 'text/template', inputs: { format: `${url}{{ x }}` } },
          { id: 'b', block: 'stop/post' },
        ],
        links: [
          { from: 'a.text', to: 'to.values_#_x' },
          { from: 'to.output', to: 'b.url' },
        ],
      },
    })
    const { id } = await first.executions.start(first.ownerId, { graphId, inputs: {} })
    await expect.poll(() => requests.length, { timeout: 20_000 }).toBe(1)
    const closing = first.close()
    requests[0]?.answer()
    await closing
    expect(requests).toHaveLength(1)
    expect(await ended(id)).toMatchObject({ status: 'COMPLETED' })
    expect(requests).toHaveLength(2)
  })

  it('immediately hands over executions without effects', async () => {
    first = await open({ stopGraceMs: 600_000 })
    const { id: graphId } = await first.graphs.create(first.ownerId, {
      name: 'loop',
      document: { nodes: [{ id: 'a', block: 'stop/loop', inputs: { url } }] },
    })
    const { id } = await first.executions.start(first.ownerId, { graphId, inputs: {} })
    await expect.poll(() => readTypes(first, id), { timeout: 20_000 }).toContain('NodeStarted')
    await first.close() // would take ten minutes
    const next = await open({ role: 'gateway' })
    const { rows } = await next.database.pool.query('select worker_id from execution where id = $1', [id])
    expect(rows).toEqual([{ worker_id: null }])
    await next.executions.cancel(next.ownerId, id)
    await next.close()
  })

  it('aborts blocks after the grace period, and the next worker repeats a GET', async () => {
    first = await open({ stopGraceMs: 50 })
    const id = await started('get')
    await first.close()
    expect(await ended(id)).toMatchObject({ status: 'COMPLETED' })
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'GET'])
  })
})

describe('a block that was interrupted during a request', () => {
  /** Leaves the same state as a crash: the worker commits nothing of the call. */
  const cutOff = async (block: string, retry?: unknown): Promise<string> => {
    first = await open({ stopGraceMs: 0 })
    const id = await started(block, retry)
    await first.close()
    return id
  }

  it('runs again if it has only read', async () => {
    const id = await cutOff('get')
    expect(await ended(id)).toMatchObject({ status: 'COMPLETED' })
    const next = await open({ role: 'gateway' })
    expect(await readTypes(next, id)).not.toContain('EffectStarted')
    await next.close()
  })

  it('does not run again if it may have had an effect', async () => {
    const id = await cutOff('post')
    expect(await ended(id)).toMatchObject({ status: 'FAILED', reason: { code: 'EFFECT_INTERRUPTED' } })
    expect(requests).toHaveLength(1)
  })

  it('repeats a request with the same idempotency key', async () => {
    const id = await cutOff('keyed')
    expect(await ended(id)).toMatchObject({ status: 'COMPLETED' })
    expect(requests.map(({ key }) => key)).toEqual([`${id}:a:1`, `${id}:a:1`])
  })

  it('is repeated by the retry of its node if it is retryable', async () => {
    const id = await cutOff('retryable', { attempts: 2, backoffMs: 1 })
    expect(await ended(id)).toMatchObject({ status: 'COMPLETED' })
    expect(requests).toHaveLength(2)
  })

  it('fails if it is retryable and its node has no attempt left', async () => {
    const id = await cutOff('retryable')
    expect(await ended(id)).toMatchObject({ status: 'FAILED', reason: { code: 'EFFECT_INTERRUPTED' } })
    expect(requests).toHaveLength(1)
  })
})
