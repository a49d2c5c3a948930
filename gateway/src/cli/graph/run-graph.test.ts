import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApi, createClient, type Api, type ExecutionResult } from '../../client/index.ts'
import { ensureGraph, readGraphFile, resolveInputs, type GraphFile } from '../../graph-files/index.ts'
import { createGateway, type Gateway } from '../../server/index.ts'
import { runGraph } from './run-graph.ts'
import { createTerminal } from '../command/terminal.ts'

const OWNER_KEY = 'the-key-of-the-owner'
const EXAMPLES = fileURLToPath(new URL('../../../examples/', import.meta.url))

let runtime: TestRuntime
let gateway: Gateway
let api: Api
beforeAll(async () => {
  runtime = await createTestRuntime()
  await runtime.apiKeys.allow(runtime.ownerId, OWNER_KEY, 'owner')
  gateway = createGateway({ runtime, ownerKey: OWNER_KEY })
  api = createApi(createClient({ url: 'http://127.0.0.1/graphql', key: OWNER_KEY, fetch: gateway.fetch }))
})
afterAll(async () => {
  await gateway.close()
  await runtime.close()
})

function graphFile(document: Record<string, unknown>, name = 'Test'): GraphFile {
  return { name, description: '', labels: [], document, graphs: {}, inputs: {}, path: 'test.json' }
}

async function run(
  file: GraphFile,
  signal = new AbortController().signal,
): Promise<{ result: ExecutionResult; printed: string }> {
  let printed = ''
  const terminal = createTerminal({ write: (text: string) => (printed += text) }, {})
  const { graph } = await ensureGraph(api, file)
  const inputs = await resolveInputs(file, [], graph.activeVersion.inputSchema)
  return { result: await runGraph({ api, graph, inputs, terminal, signal }), printed }
}

describe('runGraph', async () => {
  // Those in the folder services need a key: their tests run in the tests of `ashlar graph test`.
  const GRAPHS = (await readdir(EXAMPLES)).filter((name) => name.endsWith('.json') && !name.endsWith('.tests.json'))
  it.each(GRAPHS)('runs the example %s', async (name) => {
    const file = await readGraphFile(EXAMPLES + name)
    const { result, printed } = await run(file)
    expect(result).toMatchObject({ status: 'COMPLETED', failedNodes: [] })
    for (const node of file.document.nodes as { id: string }[]) expect(printed).toContain(`✓ ${node.id}`)
  })

  it('returns the reason of a failure', async () => {
    const { result, printed } = await run(
      graphFile({ nodes: [{ id: 'wait', block: 'time/countdown', inputs: { minutes: 'few' } }] }),
    )
    expect(result).toMatchObject({ status: 'FAILED', failedNodes: ['wait'], reason: { nodeId: 'wait' } })
    expect(printed).toContain('wait: BLOCK_FAILED minutes must be a number from 0, got "few"')
  })

  it('stops following a quiet execution when the signal aborts', async () => {
    const { graph } = await ensureGraph(
      api,
      graphFile({ nodes: [{ id: 'wait', block: 'time/countdown', inputs: { hours: 1 } }] }),
    )
    const controller = new AbortController()
    const started = Promise.withResolvers<string>()
    const terminal = createTerminal({ write: () => undefined }, {})
    const watched = runGraph({ api, graph, inputs: {}, terminal, signal: controller.signal, onStarted: started.resolve })
    const id = await started.promise
    for await (const event of api.follow(id, controller.signal)) if (event.__typename === 'NodeStarted') break
    controller.abort()
    await expect(watched).rejects.toThrow('aborted')
    await api.cancelExecution(id)
  })
})

describe('ensureGraph', () => {
  it('creates one graph for documents that differ only in explicit defaults', async () => {
    const short = { nodes: [{ id: 'a', block: 'time/countdown', retry: { attempts: 2 } }] }
    const first = await ensureGraph(api, graphFile(short, 'Once'))
    expect(first.outcome).toBe('CREATED')
    for (const document of [short, { ...first.graph.activeVersion.document }]) {
      expect(await ensureGraph(api, graphFile(document, 'Once'))).toMatchObject({
        outcome: 'UNCHANGED',
        graph: { id: first.graph.id },
      })
    }
  })

  it('creates another graph for another document or name', async () => {
    const nodes = [{ id: 'a', block: 'time/countdown', inputs: {} }]
    await ensureGraph(api, graphFile({ nodes }, 'Twice'))
    expect((await ensureGraph(api, graphFile({ nodes, concurrency: 1 }, 'Twice'))).outcome).toBe('CREATED')
    expect((await ensureGraph(api, graphFile({ nodes }, 'Thrice'))).outcome).toBe('CREATED')
  })

  it('returns every fault of a document', async () => {
    await expect(ensureGraph(api, graphFile({ nodes: [{ id: 'a', block: 'no/such' }] }))).rejects.toMatchObject({
      code: 'GRAPH_INVALID',
      details: { faults: [{ path: 'nodes.a.block' }] },
    })
  })
})

describe('the client', () => {
  it('reports a wrong key', async () => {
    const stranger = createApi(createClient({ url: 'http://127.0.0.1/graphql', key: 'wrong', fetch: gateway.fetch }))
    await expect(stranger.graphs().next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await expect(stranger.follow('x', new AbortController().signal).next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it('reports an unknown execution', async () => {
    const id = Buffer.from(`Execution:${crypto.randomUUID()}`).toString('base64url')
    await expect(api.follow(id, new AbortController().signal).next()).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('reports a server that is not an Ashlar gateway', async () => {
    const other = createApi(
      createClient({ url: 'http://127.0.0.1/', key: 'x', fetch: async () => new Response('<html>', { status: 200 }) }),
    )
    await expect(other.graphs().next()).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
      message: 'the server at http://127.0.0.1/ is not an Ashlar gateway (HTTP status 200): check the address',
    })
  })

  it('continues after the last received event when the connection fails', async () => {
    const { graph } = await ensureGraph(api, await readGraphFile(`${EXAMPLES}hello.json`))
    const id = await api.startExecution(graph.id, { name: 'Ada' })
    let connections = 0
    const flaky = async (request: Request): Promise<Response> => {
      const response = await gateway.fetch(request)
      if (connections++ > 2 || !response.body) return response
      const text = await response.text()
      const events = text.split('\n\n')
      return new Response(events.slice(0, connections).join('\n\n') + '\n\n', {
        headers: { 'content-type': 'text/event-stream' },
      })
    }
    const events: number[] = []
    const broken = createApi(createClient({ url: 'http://127.0.0.1/graphql', key: OWNER_KEY, fetch: flaky }))
    for await (const { seq } of broken.follow(id, new AbortController().signal)) events.push(seq)
    expect(connections).toBeGreaterThan(3)
    expect(events).toEqual(events.map((_, index) => index + 1))
  })
})
