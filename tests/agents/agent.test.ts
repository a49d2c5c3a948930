import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestModel, type TestModel } from './test-model.ts'

let runtime: TestRuntime
let model: TestModel
beforeAll(async () => {
  model = await startTestModel()
  runtime = await createTestRuntime({ localEndpoints: () => [model.host] })
  const secret = { type: 'ENDPOINT', baseUrl: model.url, key: 'sk-test' }
  await runtime.credentials.add(runtime.ownerId, { provider: 'ai/openai-compatible', secret })
})
afterAll(async () => {
  await runtime.close()
  await model.close()
})

/** An agent that can add, parse JSON and greet. */
async function agentGraph(inputs: object = {}, more: object = {}): Promise<object> {
  const greeting = await runtime.graphs.create(runtime.ownerId, {
    name: 'Greet',
    description: 'Greets a person.',
    document: GREETING,
  })
  return {
    nodes: [
      { id: 'agent', block: 'ai/agent', inputs: { prompt: 'Help.', agent_mode_max_iterations: -1, ...inputs } },
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

interface End {
  status: string
  outputs: Record<string, unknown[]>
  reason?: { code: string; message: string }
}

async function run(document: unknown, inputs: object = {}): Promise<End & { id: string }> {
  const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: 'Agent', document })
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: { ...inputs } })
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0))
    if (event.type === 'ExecutionFinished') return { ...event, id }
  throw new Error('the execution has not ended')
}

/** The contents of the tool messages of the last request. */
function results(): unknown[] {
  return (model.requests.at(-1)?.messages ?? []).filter(({ role }) => role === 'tool').map(({ content }) => content)
}

it('calls blocks and a graph in parallel, and answers with what it has received', async () => {
  model.begin((_, n) => {
    if (n > 1) return { text: 'It is 5, and hello.' }
    return {
      calls: [
        { name: 'Add', arguments: { a: 2, b: 3 } },
        { name: 'Greet', arguments: { name: 'Ada' } },
        { name: 'Parse', arguments: { json_str: '{' } },
      ],
    }
  })
  const end = await run(await agentGraph({ sys_prompt: 'Be brief.', multiple_tool_calls: true }))
  expect(end).toMatchObject({ status: 'COMPLETED', outputs: { answer: ['It is 5, and hello.'] } })
  expect(end.outputs.sums).toBeUndefined()
  expect(results()).toEqual(['5', 'Hello Ada!', expect.stringMatching(/^error: .*JSON/)])
  expect(model.requests).toHaveLength(2)
  expect(model.requests[0]?.tools?.map((tool) => tool.function)).toMatchObject([
    { name: 'Add', parameters: { type: 'object', required: ['a', 'b'] } },
    { name: 'Parse' },
    { name: 'Greet', description: 'Greets a person.', parameters: { properties: { name: {} } } },
  ])
  expect(model.requests[0]?.messages).toMatchObject([
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
  model.begin((_request, n) => {
    if (n === 1) return { calls: [wrong] }
    return n === 2 ? { calls: [{ name: 'Add', arguments: { a: 2, b: 3 } }] } : { text: 'five' }
  })
  const end = await run(await agentGraph())
  expect(end).toMatchObject({ status: 'COMPLETED', outputs: { answer: ['five'] } })
  expect(results()).toEqual([expect.stringMatching(message), '5'])
})

it('fails when the model calls tools incorrectly more often than it may', async () => {
  model.begin(() => ({ calls: [{ name: 'none', arguments: {} }] }))
  const end = await run(await agentGraph({ retry: 2 }))
  expect(end.reason).toMatchObject({
    code: 'MODEL_OUTPUT_INVALID',
    node: 'agent',
    message: expect.stringContaining('3 times in a row') as string,
  })
  expect(model.requests).toHaveLength(3)
})

it('must answer after the last iteration', async () => {
  model.begin(({ tool_choice: choice }) =>
    choice === 'none' ? { text: 'enough' } : { calls: [{ name: 'Add', arguments: { a: 1, b: 1 } }] },
  )
  const end = await run(await agentGraph({ agent_mode_max_iterations: 2 }))
  expect(end.outputs.answer).toEqual(['enough'])
  expect(model.requests).toHaveLength(3)
})

it('must answer when it has used its tokens', async () => {
  model.begin(({ tool_choice: choice }) =>
    choice === 'none' ? { text: 'enough' } : { calls: [{ name: 'Add', arguments: { a: 1, b: 1 } }] },
  )
  const end = await run(await agentGraph({ max_total_tokens: 300 }))
  expect(end.outputs.answer).toEqual(['enough'])
  expect(model.requests).toHaveLength(4)
})

it('sends the calls to the graph if it has no iterations', async () => {
  model.begin(() => ({
    calls: [
      { name: 'Add', arguments: { a: 1, b: 2 } },
      { name: 'Add', arguments: { a: 10, b: 20 } },
    ],
  }))
  const end = await run(await agentGraph({ agent_mode_max_iterations: 0 }))
  expect(end.outputs).toMatchObject({ sums: [3, 30], conversations: [[{ role: 'user' }, { role: 'assistant' }]] })
})

it('continues a conversation with the result of the tool', async () => {
  model.begin(() => ({ text: 'three' }))
  const history = [
    { role: 'user', content: 'Help.' },
    {
      role: 'assistant',
      content: '',
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'Add', arguments: '{"a":1,"b":2}' } }],
    },
  ]
  const inputs = { agent_mode_max_iterations: 0, conversation_history: history, last_tool_output: 3 }
  const end = await run(await agentGraph(inputs))
  expect(end.outputs.answer).toEqual(['three'])
  expect(model.requests[0]?.messages).toMatchObject([
    { role: 'user' },
    { role: 'assistant' },
    { role: 'tool', tool_call_id: 'c1', content: '3' },
  ])
})

it('receives the results of its tools from the graph in a FIFO graph without iterations', async () => {
  model.begin(({ messages }, n) =>
    n === 1
      ? { calls: [1, 10].map((a) => ({ name: 'Add', arguments: { a, b: a } })) }
      : { text: messages.flatMap(({ role, content }) => (role === 'tool' ? [String(content)] : [])).join(' and ') },
  )
  const end = await run({
    pairing: 'FIFO',
    nodes: [
      { id: 'question', block: 'io/short-text', inputs: { name: 'question', value: 'Help.' } },
      { id: 'agent', block: 'ai/agent', inputs: { multiple_tool_calls: true } },
      { id: 'add', block: 'math/calculate', title: 'Add', inputs: { operation: 'Add' } },
      { id: 'answer', block: 'io/output', inputs: { name: 'answer' } },
    ],
    links: [
      { from: 'question.result', to: 'agent.prompt' },
      { from: 'agent.tools', to: 'add.a' },
      { from: 'agent.tools', to: 'add.b' },
      { from: 'add.result', to: 'agent.last_tool_output' },
      { from: 'agent.conversations', to: 'agent.conversation_history' },
      { from: 'agent.finished', to: 'answer.value' },
    ],
  })
  expect(end.outputs).toEqual({ answer: ['2 and 20'] })
  expect(model.requests).toHaveLength(2)
})

it('repeats a request that is refused with 429', async () => {
  model.begin((_, n) => (n === 1 ? { status: 429, headers: { 'retry-after': '0' } } : { text: 'yes' }))
  const end = await run(await agentGraph())
  expect(end.outputs.answer).toEqual(['yes'])
  expect(model.requests).toHaveLength(2)
})

it('summarises a conversation that is too long', async () => {
  model.begin(({ messages, tools }, n) => {
    const isSummary = String(messages.at(-1)?.content).startsWith('Summarise')
    if (isSummary) return { text: `summary ${n}` }
    return n < 14 && tools
      ? { text: 'x'.repeat(900), calls: [{ name: 'Greet', arguments: { name: 'y'.repeat(900) } }] }
      : { text: 'done' }
  })
  const end = await run(await agentGraph({ context_tokens: 1000 }))
  expect(end.outputs.answer).toEqual(['done'])
  const last = model.requests.at(-1)?.messages ?? []
  expect(last[0]).toMatchObject({ role: 'user', content: 'Help.' })
  expect(String(last[1]?.content)).toContain('Summary of the conversation so far')
  expect(JSON.stringify(last).length).toBeLessThan(6000)
  const summaries = model.requests.filter(({ messages }) => String(messages.at(-1)?.content).startsWith('Summarise'))
  expect(summaries.length).toBeLessThan(model.requests.length / 2)
})

it('must answer when it has cost as much as it may', async () => {
  model.begin(({ tool_choice: choice }) =>
    choice === 'none' ? { text: 'enough' } : { calls: [{ name: 'Add', arguments: { a: 1, b: 1 } }] },
  )
  const end = await run(await agentGraph({ max_usd: 0.01, input_usd_per_million: 50, output_usd_per_million: 50 }))
  expect(end.outputs.answer).toEqual(['enough'])
  expect(model.requests).toHaveLength(3)
})

it('runs no tool because of a part of an answer', async () => {
  model.begin(() => ({ calls: [{ name: 'Add', arguments: { a: 1, b: 1 } }], breaks: true }))
  const end = await run(await agentGraph())
  expect(end.reason).toMatchObject({ code: 'SERVICE_FAILED' })
})

it('cuts a result of 2 MB', async () => {
  model.begin((_, n) => (n > 1 ? { text: 'long' } : { calls: [{ name: 'Greet', arguments: { name: 'x'.repeat(2_000_000) } }] }))
  const end = await run(await agentGraph())
  expect(end.outputs.answer).toEqual(['long'])
  const [result] = results()
  expect(String(result)).toContain('characters left out')
  expect(String(result).length).toBeLessThan(110_000)
})

it('has one agent for each item of a loop, whose conversations do not mix', async () => {
  model.begin(({ messages }) => {
    const item = String(messages[0]?.content)
    const result = messages.find(({ role }) => role === 'tool')?.content
    return result === undefined
      ? { calls: [{ name: 'Add', arguments: { a: Number(item), b: 100 } }] }
      : { text: `${item}: ${JSON.stringify(result)}` }
  })
  const end = await run({
    nodes: [
      { id: 'each', block: 'loop/for-each', inputs: { items: ['1', '2', '3', '4'] } },
      { id: 'agent', block: 'ai/agent', inputs: { agent_mode_max_iterations: -1 } },
      { id: 'add', block: 'math/calculate', title: 'Add', inputs: { operation: 'Add' } },
      { id: 'all', block: 'list/collect' },
      { id: 'out', block: 'io/output', inputs: { name: 'answers' } },
    ],
    links: [
      { from: 'each.item', to: 'agent.prompt' },
      { from: 'agent.tools', to: 'add.a' },
      { from: 'agent.tools', to: 'add.b' },
      { from: 'agent.finished', to: 'all.item' },
      { from: 'all.list', to: 'out.value' },
    ],
  })
  expect(end.outputs.answers).toEqual([['1: "101"', '2: "102"', '3: "103"', '4: "104"']])
})

describe('docs/agents.md', () => {
  it('shows a graph that runs', async () => {
    const page = readFileSync(new URL('../../docs/agents.md', import.meta.url), 'utf8')
    const [, text = ''] = /^```json\n([^]*?)^```$/m.exec(page) ?? []
    model.begin((_, n) => (n === 1 ? { calls: [{ name: 'Find_price', arguments: { key: 'pear' } }] } : { text: '3' }))
    const end = await run(JSON.parse(text), { question: 'What does a pear cost?' })
    expect(end.outputs).toEqual({ answer: ['3'] })
    expect(results()).toEqual(['3'])
    expect(
      model.requests[0]?.tools?.map(({ function: { name, parameters } }) => [name, Object.keys(parameters.properties ?? {})]),
    ).toEqual([
      ['Add', ['a', 'b']],
      ['Find_price', ['key']],
    ])
  })
})
