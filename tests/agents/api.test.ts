import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { createGateway, type Gateway } from '@ashlar/gateway'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestModel, type TestModel } from './test-model.ts'

const KEY = 'the-key-of-the-owner'

let model: TestModel
let runtime: TestRuntime
let gateway: Gateway
beforeAll(async () => {
  model = await startTestModel()
  runtime = await createTestRuntime({ localEndpoints: () => [model.host] })
  await runtime.apiKeys.allow(runtime.ownerId, KEY, 'owner')
  gateway = createGateway({ runtime, ownerKey: KEY, logger: { info: () => undefined, error: () => undefined } })
})
afterAll(async () => {
  await gateway.close()
  await runtime.close()
  await model.close()
})

async function ask<T>(query: string, variables: object = {}): Promise<T> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${KEY}` }
  const body = JSON.stringify({ query, variables })
  const response = await gateway.fetch(new Request('http://127.0.0.1:4000/graphql', { method: 'POST', headers, body }))
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown }
  expect(errors).toBeUndefined()
  return data
}

const ADD = `mutation ($url: String!) { addCredential(input: { provider: "ai/openai-compatible",
  secret: { endpoint: { baseUrl: $url, key: "sk-0123456789" } } }) { credential { kind } errors { message } } }`

const CREATE = `mutation { createGraph(input: { name: "Agent", document: {
  nodes: [
    { id: "agent", block: "ai/agent", inputs: { prompt: "Add.", agent_mode_max_iterations: -1, multiple_tool_calls: true } }
    { id: "add", block: "math/calculate", title: "Add", inputs: { operation: "Add" } }
    { id: "out", block: "io/output", inputs: { name: "answer" } } ]
  links: [
    { from: "agent.tools", to: "add.a" }, { from: "agent.tools", to: "add.b" }
    { from: "agent.finished", to: "out.value" } ] } }) { graph { id } errors { message path } } }`

const RUN = `mutation ($id: ID!) { runGraph(input: { graphId: $id, inputs: {}, waitSeconds: 20 }) {
  execution { status outputs usage { inputTokens requests }
    nodeExecutions(first: 20) { edges { node { nodeId number step status tag outputs { pin value } } } } } errors { message } } }`

interface Ran {
  runGraph: { execution: { nodeExecutions: { edges: { node: { nodeId: string; tag: string; step: number | null } }[] } } }
}

it('shows the steps and the tool calls of an agent', async () => {
  model.begin((_, n) => {
    const add = (a: number) => ({ name: 'Add', arguments: { a, b: 1 } })
    return n === 1 ? { calls: [add(1), add(2)] } : { text: 'done' }
  })
  await ask(ADD, { url: model.url })
  const { createGraph } = await ask<{ createGraph: { graph: { id: string } } }>(CREATE)
  const { runGraph } = await ask<Ran>(RUN, { id: createGraph.graph.id })
  const { execution } = runGraph
  expect(execution).toMatchObject({ status: 'COMPLETED', outputs: { answer: ['done'] } })
  expect(execution).toMatchObject({ usage: { inputTokens: 200, requests: 2 } })
  const runs = execution.nodeExecutions.edges.map(({ node: { nodeId, tag, step } }) => `${nodeId} ${step} ${tag}`)
  expect(runs.toSorted()).toEqual(['add null agent.1.tools[0]', 'add null agent.1.tools[1]', 'agent 1 ', 'agent 2 ', 'out null '])
})
