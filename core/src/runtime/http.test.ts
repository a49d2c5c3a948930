import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { BUILTIN_PLUGINS, createTestRuntime, type TestRuntime } from '../testing/index.ts'

const SOURCE = `import { anyHost, defineBlock, definePlugin, fromInput } from '@ashlar/sdk'
import { z } from 'zod'
const block = (i, name, http) => defineBlock({
  id: '55555555-0000-4000-8000-00000000000' + i, name, description: name, category: 'TEST', tests: [], capabilities: http ? { http } : {},
  input: z.object({ url: z.string(), from: z.string().default('http://127.0.0.1:1') }), output: z.object({ text: z.string() }),
  async *run({ url }, { fetch }) { yield ['text', await (await fetch(url)).text()] },
})

export default definePlugin({
  name: 'test-web',
  blocks: [
    block(1, 'any', [anyHost()]),
    block(2, 'named', [fromInput('from')]),
    block(3, 'ruled', ['GET api.example.com']),
    block(4, 'none'),
  ],
})
`

let runtime: TestRuntime
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-web-'))
  await mkdir(join(folder, 'test-web'))
  await writeFile(join(folder, 'test-web', 'package.json'), JSON.stringify({ name: 'test-web', ashlar: { blocks: './i.ts' } }))
  await writeFile(join(folder, 'test-web', 'i.ts'), SOURCE)
  runtime = await createTestRuntime({ pluginRoots: [BUILTIN_PLUGINS, folder], httpAllow: ['127.0.0.1'] })
})
afterAll(async () => {
  await runtime.close()
  await rm(folder, { recursive: true })
})

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(undo.splice(0).map((step) => step()))
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  undo.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** Runs a block whose inputs arrive over links. */
async function start(block: string, inputs: Record<string, string>, timeoutMs = 20_000): Promise<string> {
  const pins = Object.keys(inputs)
  const document = {
    nodes: [
      ...pins.map((pin) => ({ id: pin, block: 'io/input', inputs: { name: pin } })),
      { id: 'n', block, timeoutMs },
      { id: 'out', block: 'io/output', inputs: { name: 'text' } },
    ],
    links: [...pins.map((pin) => ({ from: `${pin}.result`, to: `n.${pin}` })), { from: 'n.text', to: 'out.value' }],
  }
  const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: block, document })
  return (await runtime.executions.start(runtime.ownerId, { graphId, inputs })).id
}

/** @returns the output, or the error with which the node failed */
async function readResult(id: string): Promise<unknown> {
  let result: unknown
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0)) {
    if (event.type === 'GraphOutput') result = event.value
    if (event.type === 'NodeFinished' && event.node === 'n' && event.error) result = event.error
  }
  return result
}

describe('a block that sends requests', () => {
  it('receives responses from the hosts of its capability and of the inputs that its capability names', async () => {
    const url = await serve((_, response) => response.end('hello'))
    expect(await readResult(await start('test-web/any', { url }))).toBe('hello')
    expect(await readResult(await start('test-web/named', { url: `${url}path`, from: url }))).toBe('hello')
  })

  it.each([
    ['test-web/named', 'http://127.0.0.1:2/', 'HTTP_DENIED', /"GET 127\.0\.0\.1:2" would allow it/],
    ['test-web/named', 'http://127.0.0.1:1/', 'HTTP_FAILED', /refused the connection/], // the default of the pin
    [
      'test-web/ruled',
      'https://api.example.com.evil.example/',
      'HTTP_DENIED',
      /"GET api\.example\.com\.evil\.example" would allow it/,
    ],
    ['test-web/none', 'https://api.example.com/', 'CAPABILITY_MISSING', /does not have the capability http/],
    ['test-web/any', 'http://169.254.169.254/latest/meta-data/', 'HTTP_BLOCKED_ADDRESS', /not on the public internet/],
  ])('%s: %s fails the node with %s', async (block, url, code, message) => {
    expect(await readResult(await start(block, { url }))).toMatchObject({
      code,
      message: expect.stringMatching(message) as unknown,
    })
  })

  it('loses its connections when the execution is cancelled', async () => {
    const arrived = Promise.withResolvers<{ closing: Promise<unknown> }>()
    const url = await serve((request) => arrived.resolve({ closing: once(request.socket, 'close') }))
    const id = await start('test-web/any', { url })
    const { closing } = await arrived.promise
    await runtime.executions.cancel(runtime.ownerId, id)
    await closing
  })

  it('loses its connections at its timeout', async () => {
    const arrived = Promise.withResolvers<{ closing: Promise<unknown> }>()
    const url = await serve((request) => arrived.resolve({ closing: once(request.socket, 'close') }))
    const id = await start('test-web/any', { url }, 300)
    await (
      await arrived.promise
    ).closing
    expect(await readResult(id)).toMatchObject({ code: 'TIMEOUT' })
  })
})
