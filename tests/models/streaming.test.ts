import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { createGateway, type Gateway } from '@ashlar/gateway'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startFakeModels, type FakeModels } from './fake-models.ts'
import { subscribe, type SubscribedEvent } from './subscribe.ts'

const KEY = 'the-key-of-the-owner'

let models: FakeModels
let worker: TestRuntime
let runtime: TestRuntime
let gateway: Gateway
beforeAll(async () => {
  models = await startFakeModels()
  const localEndpoints = (provider: string): string[] => (provider === 'ai/openai-compatible' ? [models.host] : [])
  worker = await createTestRuntime({ localEndpoints })
  runtime = await createTestRuntime({ role: 'gateway', databaseUrl: worker.database.url })
  await runtime.apiKeys.allow(runtime.ownerId, KEY, 'owner')
  gateway = createGateway({ runtime, ownerKey: KEY, logger: { info: () => undefined, error: () => undefined } })
})
afterAll(async () => {
  await gateway.close()
  await runtime.close()
  await worker.close()
  await models.close()
})

function post(query: string, variables: object = {}): Promise<Response> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${KEY}` }
  const body = JSON.stringify({ query, variables })
  return gateway.fetch(new Request('http://127.0.0.1:4000/graphql', { method: 'POST', headers, body }))
}

async function ask<T>(query: string, variables: object = {}): Promise<T> {
  const { data, errors } = (await (await post(query, variables)).json()) as { data: T; errors?: unknown }
  expect(errors).toBeUndefined()
  return data
}

it('shows the text of a model while it arrives, and what it consumed', async () => {
  const ADD = `mutation ($url: String!) { addCredential(input: { provider: "ai/openai-compatible",
    secret: { endpoint: { baseUrl: $url, key: "sk-0123456789" } } }) { credential { kind hosts } errors { message } } }`
  expect(await ask(ADD, { url: `${models.url}/v1/` })).toEqual({
    addCredential: { credential: { kind: 'ENDPOINT', hosts: [`http://${models.host}`] }, errors: [] },
  })
  const START = `mutation { createGraph(input: { name: "Ask", document: { nodes: [
    { id: "ask", block: "ai/text", inputs: { prompt: "Hi", model: "llama3.2" } } ], links: [] } }) { graph { id } errors { message } } }`
  const { createGraph } = await ask<{ createGraph: { graph: { id: string } } }>(START)
  const RUN = `mutation ($id: ID!) { startExecution(input: { graphId: $id, inputs: {} }) { execution { id } errors { message } } }`
  const { startExecution } = await ask<{ startExecution: { execution: { id: string } } }>(RUN, { id: createGraph.graph.id })
  const { id } = startExecution.execution

  models.pauseMs = 80 // so that the pieces do not arrive together
  const events: SubscribedEvent[] = []
  for await (const event of subscribe(gateway, KEY, id)) events.push(event)
  const types = events.map(({ __typename }) => __typename)
  const pieces = events.filter(({ __typename }) => __typename === 'NodeOutputDelta')
  // The last piece is left out if the whole text follows at once.
  expect('Hello from here.'.startsWith(pieces.map(({ text }) => text).join(''))).toBe(true)
  expect(pieces[0]).toMatchObject({
    nodeId: 'ask',
    number: 1,
    attempt: 1,
    pin: 'response',
    offset: 0,
    nodeExecution: { status: 'RUNNING' },
  })
  expect(new Set(events.map((event) => event.id)).size).toBe(events.length)
  expect(types.lastIndexOf('NodeOutputDelta')).toBeLessThan(types.indexOf('NodeOutput'))
  expect(events.find(({ pin, __typename }) => pin === 'response' && __typename === 'NodeOutput')?.value).toBe('Hello from here.')

  const USAGE = `query ($id: ID!) { execution(id: $id) { usage { inputTokens outputTokens cachedTokens costUsd requests unpriced models { provider model } }
    nodeExecutions { edges { node { usage { inputTokens } } } } events(filter: { types: [NODE_USAGE] }) { edges { node { ... on NodeUsage { model inputTokens } } } } } }`
  expect(await ask(USAGE, { id })).toEqual({
    execution: {
      usage: {
        inputTokens: 20,
        outputTokens: 6,
        cachedTokens: 8,
        costUsd: null,
        requests: 1,
        unpriced: 1,
        models: [{ provider: 'openai-compatible', model: 'llama3.2' }],
      },
      nodeExecutions: { edges: [{ node: { usage: { inputTokens: 20 } } }] },
      events: { edges: [{ node: { model: 'llama3.2', inputTokens: 20 } }] },
    },
  })
})

it('names the setting that allows a local server', async () => {
  const DOCUMENT = `mutation ($url: String!) { addCredential(input: { provider: "ai/anthropic", secret: { endpoint: { baseUrl: $url } } }) { errors { message } } }`
  await ask(DOCUMENT, { url: models.url })
  const document = { nodes: [{ id: 'ask', block: 'ai/text', inputs: { prompt: 'Hi', model: 'claude-x', retry: 1 } }] }
  const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: 'Ask', document })
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
  const { status, reason } = await runtime.executions.waitForEnd(runtime.ownerId, id, 30_000)
  expect([status, reason?.code]).toEqual(['FAILED', 'HTTP_BLOCKED_ADDRESS'])
  expect(reason?.message).toMatch(/ASHLAR_LOCAL_ENDPOINTS/)
})
