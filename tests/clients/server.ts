import { createClient as createSocketClient, type Client as SocketClient } from 'graphql-ws'
import { createClient, startExecution, unwrap, waitForExecution, type Client, type Fault } from '@ashlar/client'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { createGateway } from '@ashlar/gateway'
import { startCutter, type Cutter } from './cutter.ts'

const KEY = 'the-key-of-the-owner'

/** A server with an API over HTTP and WebSocket, and a proxy in front of it. */
export interface TestServer {
  /** The URL of the API. */
  url: string
  key: string
  authorization: string
  runtime: TestRuntime
  cutter: Cutter
  client: Client
  /** A client of the WebSocket behind the proxy. It does not reconnect. */
  connectSocket(): SocketClient
  /** Creates a graph that takes a name and returns a greeting. @returns its id */
  createGraph(name: string): Promise<string>
  deleteGraphs(graphIds: readonly string[]): Promise<void>
  /** Runs a graph of the server to its end. @returns the id of the execution */
  runToEnd(graphId: string): Promise<string>
  close(): Promise<void>
}

export async function startServer(): Promise<TestServer> {
  const runtime = await createTestRuntime()
  await runtime.apiKeys.allow(runtime.ownerId, KEY, 'owner')
  // The proxy cuts connections, which the server logs.
  const logger = { info: () => undefined, error: () => undefined }
  const gateway = createGateway({ runtime, ownerKey: KEY, logger })
  const url = await gateway.listen(0)
  const cutter = await startCutter(url)
  const authorization = `Bearer ${KEY}`
  const client = createClient({ url, key: KEY })
  return {
    url,
    key: KEY,
    authorization,
    runtime,
    cutter,
    client,
    connectSocket: () =>
      createSocketClient({
        url: cutter.url.replace('http:', 'ws:'),
        connectionParams: { authorization },
        retryAttempts: 0,
      }),
    async createGraph(name) {
      const { createGraph } = await client.request<CreateGraph>(CREATE_GRAPH, { input: { name, document: GREETING } })
      return unwrap(createGraph).graph.id
    },
    async deleteGraphs(graphIds) {
      await client.request('mutation($input: DeleteGraphsInput!) { deleteGraphs(input: $input) { deletedGraphIds } }', {
        input: { graphIds },
      })
    },
    async runToEnd(graphId) {
      const id = await startExecution(client, { graphId, inputs: { name: 'Ada' } })
      await waitForExecution(client, id)
      return id
    },
    async close() {
      await cutter.close()
      await gateway.close()
      await runtime.close()
    },
  }
}

/** A graph that greets a person. */
export const GREETING = {
  nodes: [
    { id: 'name', block: 'io/input', inputs: { name: 'name' } },
    { id: 'greet', block: 'text/template', inputs: { format: 'Hello {{ name }}!' } },
    { id: 'out', block: 'io/output', inputs: { name: 'greeting' } },
  ],
  links: [
    { from: 'name.result', to: 'greet.values_#_name' },
    { from: 'greet.output', to: 'out.value' },
  ],
}

/** A graph whose node has an unknown block. */
export const INVALID = { nodes: [{ id: 'a', block: 'io/unknown' }], links: [] }

interface CreateGraph {
  createGraph: { graph: { id: string } | null; errors: Fault[] }
}

const CREATE_GRAPH = `mutation($input: CreateGraphInput!) {
  createGraph(input: $input) { graph { id } errors { code message path } }
}`

/** Subscribes after an event. Resolves when the execution has finished or the connection is lost. */
export type FollowOnce = (after: string | null, onEvent: (id: string, type: string) => void) => Promise<void>

/** Follows an execution across lost connections, like an application. @returns the ids of all events */
export async function followToEnd(followOnce: FollowOnce): Promise<string[]> {
  const ids: string[] = []
  for (let finished = false; !finished;)
    await followOnce(ids.at(-1) ?? null, (id, type) => {
      ids.push(id)
      finished = type === 'ExecutionFinished'
    })
  return ids
}
