import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRuntime } from '@ashlar/core'
import { printError, type BenchContext, type Workload } from '../context.ts'
import { median } from '../measure.ts'
import { runOne } from '../runs.ts'

const STEPS = 20
const TIMES = 10

/**
 * What a step of an agent adds to the time of the model: from the end of an answer until the next request arrives. In
 * between, the tool runs, and the step and the result of the tool are committed. The model is a server in this process
 * that answers at once.
 */
export const agent: Workload = {
  name: 'agent',
  unit: 'ms/step',
  async run(context) {
    const model = await startModel(context.stack)
    const own = await createOwn(context, model.host)
    const graphId = await own.createGraph(AGENT_GRAPH)
    await runOne(own, graphId)
    model.gaps.splice(0)
    for (let i = 0; i < TIMES; i++) await runOne(own, graphId)
    const fastest = model.gaps.toSorted((a, b) => a - b)[Math.floor(model.gaps.length / 10)]
    context.note(`agent: a tenth of the steps adds at most ${fastest?.toFixed(1)} ms`)
    return [{ part: 'added', value: median(model.gaps), goal: { better: 'lower', must: 15, aim: 10 } }]
  },
}

/** A runtime that may send requests to the model. */
async function createOwn({ createDatabase, pluginRoots, stack, ...context }: BenchContext, host: string): Promise<BenchContext> {
  const secretKeys = [Buffer.alloc(32, 'bench').toString('base64')]
  const databaseUrl = await createDatabase('agent')
  const runtime = await createRuntime({ databaseUrl, pluginRoots, secretKeys, localEndpoints: () => [host], onError: printError })
  stack.defer(() => runtime.close())
  const { id: ownerId } = await runtime.users.ensureOwner()
  const secret = { type: 'ENDPOINT', baseUrl: `http://${host}/v1` }
  await runtime.credentials.add(ownerId, { provider: 'ai/openai-compatible', secret })
  const createGraph = async (document: unknown): Promise<string> =>
    (await runtime.graphs.create(ownerId, { name: 'Agent', document })).id
  return { ...context, createDatabase, pluginRoots, stack, runtime, ownerId, createGraph }
}

const AGENT_GRAPH = {
  nodes: [
    { id: 'agent', block: 'ai/agent', inputs: { prompt: 'Count.', agent_mode_max_iterations: -1 } },
    { id: 'add', block: 'math/calculate', title: 'Add', inputs: { operation: 'Add' } },
    { id: 'out', block: 'io/output', inputs: { name: 'answer' } },
  ],
  links: [
    { from: 'agent.tools', to: 'add.a' },
    { from: 'agent.tools', to: 'add.b' },
    { from: 'agent.finished', to: 'out.value' },
  ],
}

/** Calls the tool in each step, and then answers. */
async function startModel(stack: BenchContext['stack']): Promise<{ host: string; gaps: number[] }> {
  const gaps: number[] = []
  let endedAt: number | undefined
  const server = createServer((request, response) => {
    if (endedAt !== undefined) gaps.push(performance.now() - endedAt)
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (text += chunk))
    request.on('end', () => {
      const { messages } = JSON.parse(text) as { messages: unknown[] }
      const isLast = messages.length > 2 * STEPS
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(isLast ? ANSWER : CALL, () => (endedAt = isLast ? undefined : performance.now()))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stack.defer(() => {
    server.close().closeAllConnections()
  })
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, gaps }
}

const CALL = toStream(
  { tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'Add', arguments: '{"a":1,"b":2}' } }] },
  'tool_calls',
)
const ANSWER = toStream({ content: 'done' }, 'stop')

function toStream(delta: object, finishReason: string): string {
  const chunks = [
    { index: 0, delta, finish_reason: null },
    { index: 0, delta: {}, finish_reason: finishReason },
  ].map((choice) => JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 0, model: 'test', choices: [choice] }))
  return [...chunks, '[DONE]'].map((data) => `data: ${data}\n\n`).join('')
}
