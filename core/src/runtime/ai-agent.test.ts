import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import {
  createTestRuntime,
  startTestModel,
  type ModelAnswer,
  type ModelRequest,
  type TestModel,
  type TestRuntime,
} from '../testing/index.ts'
import type { JournalEvent } from '../engine/index.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime({ httpAllow: ['127.0.0.1'] })
})
afterAll(() => runtime.close())

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(undo.splice(0).map((step) => step()))
})

async function model(answer: (request: ModelRequest, n: number) => ModelAnswer | Promise<ModelAnswer>): Promise<TestModel> {
  const started = await startTestModel(answer)
  undo.push(started.close)
  return started
}

/** An agent that can add, parse JSON and greet. */
async function agentGraph(url: string, inputs: object = {}, more: object = {}): Promise<object> {
  const greeting = await runtime.graphs.create(runtime.ownerId, {
    name: 'Greet',
    description: 'Greets a person.',
    document: GREETING,
  })
  return {
    nodes: [
      { id: 'agent', block: 'ai/agent', inputs: { base_url: url, prompt: 'Help.', agent_mode_max_iterations: -1, ...inputs } },
      { id: 'add', block: 'math/calculate', title: 'Add', inputs: { operation: 'Add' } },
      { id: 'parse', block: 'data/parse-json', title: 'Parse' },
      { id: 'greet', block: 'io/graph', inputs: { graph_id: greeting.id } },
      { id: 'answer', block: 'io/output', inputs: { name: 'answer' } },
      { id: 'all', block: 'io/output', inputs: { name: 'conversations' } },
      { id: 'sums', block: 'io/output', inputs: { name: 'sums' } },
    ],
    links: [
      { from: 'agent.tools', to: 'add.a' },
      { from: 'agent.tools', to: 'add.b' },
      { from: 'agent.tools', to: 'parse.json_str' },
      { from: 'agent.tools', to: 'greet.name' },
      { from: 'agent.finished', to: 'answer.value' },
      { from: 'agent.conversations', to: 'all.value' },
      { from: 'add.result', to: 'sums.value' },
    ],
    ...more,
  }
}

const GREETING = {
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

type End = Extract<JournalEvent, { type: 'ExecutionFinished' }>

async function run(document: object): Promise<End & { id: string }> {
  const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: 'Agent', document })
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0))
    if (event.type === 'ExecutionFinished') return { ...(event as End), id }
  throw new Error('the execution has not ended')
}

/** The contents of the tool messages of the last request. */
function results({ requests }: TestModel): unknown[] {
  return (requests.at(-1)?.messages ?? []).filter(({ role }) => role === 'tool').map(({ content }) => content)
}

it('calls blocks and a graph in parallel, and answers with what it has received', async () => {
  const server = await model((_, n) => {
    if (n > 1) return { text: 'It is 5, and hello.' }
    return {
      calls: [
        { name: 'Add', arguments: { a: 2, b: 3 } },
        { name: 'Greet', arguments: { name: 'Ada' } },
        { name: 'Parse', arguments: { json_str: '{' } },
      ],
    }
  })
  const end = await run(await agentGraph(server.url, { sys_prompt: 'Be brief.', multiple_tool_calls: true }))
  expect(end).toMatchObject({ status: 'COMPLETED', outputs: { answer: ['It is 5, and hello.'] } })
  expect(end.outputs.sums).toBeUndefined()
  expect(results(server)).toEqual(['5', 'Hello Ada!', expect.stringMatching(/^error: .*JSON/)])
  expect(server.requests).toHaveLength(2)
  expect(server.requests[0]?.tools?.map((tool) => tool.function)).toMatchObject([
    { name: 'Add', parameters: { type: 'object', required: ['a', 'b'] } },
    { name: 'Parse' },
    { name: 'Greet', description: 'Greets a person.', parameters: { properties: { name: {} } } },
  ])
  expect(server.requests[0]?.messages).toMatchObject([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Help.' },
  ])
  expect(end.outputs.conversations?.[0]).toMatchObject([
    { role: 'system' },
    { role: 'user' },
    { role: 'assistant', tool_calls: [{}, {}, {}] },
    { role: 'tool' },
    { role: 'tool' },
    { role: 'tool' },
    { role: 'assistant', content: 'It is 5, and hello.' },
  ])
})

it.each([
  ['arguments that are not JSON', { name: 'Add', arguments: '{"a": 2,' }, /not a JSON object/],
  ['a tool that does not exist', { name: 'Subtract', arguments: {} }, /no tool "Subtract"; the tools are: Add, Parse, Greet/],
  ['an argument of the wrong type', { name: 'Add', arguments: { a: 'two', b: 3 } }, /do not fit: a:/],
  ['an argument that is missing', { name: 'Add', arguments: { a: 2 } }, /do not fit: b:/],
  ['an argument without a link', { name: 'Add', arguments: { a: 2, b: 3, operation: 'Power' } }, /do not fit: .*operation/],
])('returns %s to the model, which can correct it', async (_, wrong, message) => {
  const server = await model((_request, n) => {
    if (n === 1) return { calls: [wrong] }
    return n === 2 ? { calls: [{ name: 'Add', arguments: { a: 2, b: 3 } }] } : { text: 'five' }
  })
  const end = await run(await agentGraph(server.url))
  expect(end).toMatchObject({ status: 'COMPLETED', outputs: { answer: ['five'] } })
  expect(results(server)).toEqual([expect.stringMatching(message), '5'])
})

it('fails when the model calls tools incorrectly more often than it may', async () => {
  const server = await model(() => ({ calls: [{ name: 'none', arguments: {} }] }))
  const end = await run(await agentGraph(server.url, { retry: 2 }))
  expect(end.reason).toMatchObject({
    code: 'BLOCK_FAILED',
    node: 'agent',
    message: expect.stringContaining('3 times in a row') as string,
  })
  expect(server.requests).toHaveLength(3)
})

it('must answer after the last iteration', async () => {
  const server = await model(({ tool_choice: choice }) =>
    choice === 'none' ? { text: 'enough' } : { calls: [{ name: 'Add', arguments: { a: 1, b: 1 } }] },
  )
  const end = await run(await agentGraph(server.url, { agent_mode_max_iterations: 2 }))
  expect(end.outputs.answer).toEqual(['enough'])
  expect(server.requests).toHaveLength(3)
})

it('must answer when it has used its tokens', async () => {
  const server = await model(({ tool_choice: choice }) =>
    choice === 'none' ? { text: 'enough' } : { calls: [{ name: 'Add', arguments: { a: 1, b: 1 } }] },
  )
  const end = await run(await agentGraph(server.url, { max_total_tokens: 300 }))
  expect(end.outputs.answer).toEqual(['enough'])
  expect(server.requests).toHaveLength(4)
})

it('sends the calls to the graph if it has no iterations', async () => {
  const server = await model(() => ({
    calls: [
      { name: 'Add', arguments: { a: 1, b: 2 } },
      { name: 'Add', arguments: { a: 10, b: 20 } },
    ],
  }))
  const end = await run(await agentGraph(server.url, { agent_mode_max_iterations: 0 }))
  expect(end.outputs).toMatchObject({ sums: [3, 30], conversations: [[{ role: 'user' }, { role: 'assistant' }]] })
})

it('continues a conversation with the result of the tool', async () => {
  const server = await model(() => ({ text: 'three' }))
  const history = [
    { role: 'user', content: 'Help.' },
    {
      role: 'assistant',
      content: '',
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'Add', arguments: '{"a":1,"b":2}' } }],
    },
  ]
  const inputs = { agent_mode_max_iterations: 0, conversation_history: history, last_tool_output: 3 }
  const end = await run(await agentGraph(server.url, inputs))
  expect(end.outputs.answer).toEqual(['three'])
  expect(server.requests[0]?.messages).toMatchObject([
    { role: 'user' },
    { role: 'assistant' },
    { role: 'tool', tool_call_id: 'c1', content: '3' },
  ])
})

it('repeats a request that is refused with 429', async () => {
  const server = await model((_, n) => (n === 1 ? { status: 429, headers: { 'retry-after': '0' } } : { text: 'yes' }))
  const end = await run(await agentGraph(server.url))
  expect(end.outputs.answer).toEqual(['yes'])
  expect(server.requests).toHaveLength(2)
})

it('summarises a conversation that is too long', async () => {
  const server = await model(({ messages, tools }, n) => {
    const isSummary = String(messages.at(-1)?.content).startsWith('Summarise')
    if (isSummary) return { text: `summary ${n}` }
    return n < 14 && tools
      ? { text: 'x'.repeat(900), calls: [{ name: 'Greet', arguments: { name: 'y'.repeat(900) } }] }
      : { text: 'done' }
  })
  const end = await run(await agentGraph(server.url, { context_tokens: 1000 }))
  expect(end.outputs.answer).toEqual(['done'])
  const last = server.requests.at(-1)?.messages ?? []
  expect(last[0]).toMatchObject({ role: 'user', content: 'Help.' })
  expect(String(last[1]?.content)).toContain('Summary of the conversation so far')
  expect(JSON.stringify(last).length).toBeLessThan(6000)
  const summaries = server.requests.filter(({ messages }) => String(messages.at(-1)?.content).startsWith('Summarise'))
  expect(summaries.length).toBeLessThan(server.requests.length / 2)
})
