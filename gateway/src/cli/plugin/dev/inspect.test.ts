import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createTestRuntime, TestDebugger, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createClient, createPluginApi, type Client, type PluginApi } from '../../../client/index.ts'
import { createGateway, type Gateway } from '../../../server/index.ts'
import { develop, type DevEvent } from './develop.ts'
import { ashlar, createTestFolder } from '../../../testing/test-plugin.ts'

const OWNER_KEY = 'the-key-of-the-owner'
const PACKAGE = 'ashlar-plugin-sky'
const SCRIPT = `ashlar://${PACKAGE}/plugin.js`
let root: Awaited<ReturnType<typeof createTestFolder>>
let folder: string
let runtime: TestRuntime
let gateway: Gateway
let client: Client
let api: PluginApi
let url: string
beforeAll(async () => {
  root = await createTestFolder()
  folder = join(root.path, 'sky')
  await ashlar('plugin', 'create', folder)
  runtime = await createTestRuntime()
  await runtime.apiKeys.allow(runtime.ownerId, OWNER_KEY, 'owner')
  gateway = createGateway({ runtime, ownerKey: OWNER_KEY })
  url = await gateway.listen(0)
  client = createClient({ url, key: OWNER_KEY })
  api = createPluginApi(client)
})
afterAll(async () => {
  await gateway.close()
  await runtime.close()
  await root.remove()
})

/** A debugger that connects to a WebSocket. */
async function connect(path: string): Promise<TestDebugger & { socket: WebSocket }> {
  const socket = new WebSocket(toWebSocketUrl(path), { origin: 'devtools://devtools' })
  const tool = new TestDebugger((json) => socket.send(json))
  socket.on('message', (data) => tool.receive(String(data)))
  await once(socket, 'open')
  return Object.assign(tool, { socket })
}

async function closed({ socket }: { socket: WebSocket }): Promise<number> {
  const [code] = (await once(socket, 'close')) as [number]
  return code
}

function toWebSocketUrl(path: string): string {
  return new URL(path, url).href.replace('http:', 'ws:')
}

/** The reason for which the server rejects a WebSocket. */
async function connectRejected(path: string, origin?: string): Promise<number> {
  const socket = new WebSocket(toWebSocketUrl(path), origin === undefined ? {} : { origin })
  socket.on('error', () => undefined)
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }]
  socket.terminate()
  return response.statusCode
}

async function whileInspecting(work: (path: string) => Promise<void>): Promise<void> {
  const stop = new AbortController()
  const inspectable = Promise.withResolvers<string>()
  const onEvent = (event: DevEvent): void => {
    if (event.event === 'inspectable') inspectable.resolve(event.path)
    if (event.event === 'failed') inspectable.reject(new Error(event.message))
  }
  const developing = develop({ folder, api, inspect: true, signal: stop.signal, onEvent })
  try {
    await work(await inspectable.promise)
  } finally {
    stop.abort()
    await developing
  }
}

const RUN = `mutation ($input: RunBlockInput!) { runBlock(input: $input) { execution { id } errors { message } } }`
const STATUS = `query ($id: ID!) { node(id: $id) { ... on Execution { status } } }`

async function start(text: string): Promise<string> {
  const { runBlock } = (await client.request(RUN, { input: { block: 'sky/slugify', inputs: { text } } })) as {
    runBlock: { execution: { id: string } }
  }
  return runBlock.execution.id
}

async function finished(id: string): Promise<string> {
  for (;;) {
    const { node } = (await client.request(STATUS, { id })) as { node: { status: string } }
    if (node.status !== 'QUEUED' && node.status !== 'RUNNING') return node.status
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

it('stops at a breakpoint that the author has set in the source', async () => {
  await whileInspecting(async (path) => {
    const tool = await connect(path)
    await tool.request('Runtime.enable')
    const enabled = tool.request('Debugger.enable')
    const { params: script = {} } = await tool.next(({ params }) => params?.url === SCRIPT)
    await enabled
    const source = join(folder, 'src/slugify.ts')
    const lines = (await readFile(source, 'utf8')).split('\n')
    const line = lines.findIndex((text) => text.includes(`yield ['slug'`)) + 1
    const at = positionIn(script.sourceMapURL ?? '', pathToFileURL(source).href, line)
    await tool.request('Debugger.setBreakpointByUrl', { url: SCRIPT, lineNumber: at.line - 1 })

    const execution = await start('One Two')
    const { callFrameId, location } = await tool.paused()
    expect(location.lineNumber).toBe(at.line - 1)
    const words = { callFrameId, expression: 'words.join()' }
    expect((await tool.request('Debugger.evaluateOnCallFrame', words)).result?.value).toBe('one,two')
    await tool.request('Debugger.resume')
    expect(await finished(execution)).toBe('COMPLETED')
    tool.socket.close()
  })
})

/** The line of the script that corresponds to a line of the source. Both start at 1. */
function positionIn(sourceMapUrl: string, source: string, line: number): { line: number } {
  const json = Buffer.from(sourceMapUrl.slice(sourceMapUrl.indexOf(',') + 1), 'base64').toString()
  const map = new SourceMap(JSON.parse(json) as SourceMapPayload)
  for (let generated = 1; generated < 10_000; generated++) {
    const origin = map.findOrigin(generated, 5)
    if ('fileName' in origin && origin.fileName === source && origin.lineNumber === line) return { line: generated }
  }
  throw new Error(`${source}:${line} is not in the source map`)
}

it('accepts one debugger at a time by the path alone, and rejects web pages', async () => {
  await whileInspecting(async (path) => {
    const first = await connect(path)
    await first.request('Runtime.enable')
    expect(await closed(await connect(path))).toBe(1013)
    expect(await connectRejected(path, 'http://127.0.0.1:3000')).toBe(403)
    expect(await connectRejected(`${path}0`)).toBe(404)
    expect(await connectRejected('/inspector/')).toBe(404)
    const closing = closed(first)
    await api.removeDevPlugin(PACKAGE)
    expect(await closing).toBe(1001)
    expect(await connectRejected(path)).toBe(404)
  })
})

it('requires the owner and a source map', async () => {
  const bundle = `module.exports.default = require('@ashlar/sdk').definePlugin({ name: 'bare', blocks: [] })`
  const plugin = { packageName: 'bare', version: '1.0.0', bundle }
  await expect(api.setDevPlugin({ ...plugin, sourceMap: '{' })).rejects.toMatchObject({ code: 'BAD_INPUT' })
  await expect(api.inspectDevPlugin('bare')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await api.setDevPlugin(plugin)
  await expect(api.inspectDevPlugin('bare')).rejects.toMatchObject({ code: 'CONFLICT' })
  await api.removeDevPlugin('bare')
  const unknownUser = '00000000-0000-4000-8000-000000000000'
  await expect(runtime.devPlugins.inspect(unknownUser, 'bare')).rejects.toMatchObject({ code: 'FORBIDDEN' })
})
