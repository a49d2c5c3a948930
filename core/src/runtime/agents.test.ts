import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUILTIN_PLUGINS, createTestRuntime, type TestRuntime } from '../testing/index.ts'

/** An agent that calls the tools that its input lists for each step, and answers with what it has received. */
const SOURCE = `import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'

const any = z.unknown()
const agent = defineBlock({
  id: '77777777-0000-4000-8000-000000000001', name: 'agent', description: 'agent', category: 'TEST', tests: [],
  input: z.object({
    plan: z.array(any).default([]),
    steps: z.array(any).default([]).meta({ steps: true, hidden: true }),
    tools_of_node: z.array(any).default([]).meta({ tools: true, hidden: true }),
  }),
  output: z.object({ tools: any, step: any.meta({ step: true, hidden: true }), finished: any, known: any }),
  *run({ plan, steps, tools_of_node: tools }) {
    const calls = plan[steps.length]
    if (calls) {
      yield ['step', { number: steps.length + 1 }]
      for (const { name, args } of calls) {
        const { nodeId, pins } = tools.find((tool) => tool.name === name)
        for (const [parameter, pin] of Object.entries(pins)) yield ['tools_^_' + nodeId + '_~_' + pin, args[parameter] ?? null]
      }
      return
    }
    yield ['finished', steps]
    yield ['known', tools]
  },
})

export default definePlugin({ name: 'agents', blocks: [agent] })
`

let folder: string
let runtime: TestRuntime
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-agents-'))
  await mkdir(join(folder, 'agents'))
  await writeFile(join(folder, 'agents', 'package.json'), JSON.stringify({ name: 'agents', ashlar: { blocks: './i.ts' } }))
  await writeFile(join(folder, 'agents', 'i.ts'), SOURCE)
  runtime = await createTestRuntime({ pluginRoots: [BUILTIN_PLUGINS, folder] })
})
afterAll(async () => {
  await runtime.close()
  await rm(folder, { recursive: true })
})

async function run(document: object): Promise<{ id: string; status: string; outputs: Record<string, unknown[]> }> {
  const { id: graphId } = await runtime.graphs.create(runtime.ownerId, { name: 'Agent', document })
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: {} })
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0))
    if (event.type === 'ExecutionFinished') return { id, status: event.status, outputs: event.outputs }
  throw new Error('the execution has not ended')
}

/** The steps of the node `agent`, in the order of its node executions. */
async function stepsOf(executionId: string): Promise<(number | undefined)[]> {
  const keys = [1, 2, 3, 4].map((number) => ({ executionId, nodeId: 'agent', number }))
  const found = await runtime.executions.findNodeExecutions(runtime.ownerId, keys)
  return [...found.values()].map((view) => ('step' in view ? view.step : undefined))
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

describe.each(['TAGGED', 'FIFO'])('an agent in a graph with the pairing %s', (pairing) => {
  it('calls blocks and graphs in parallel, and receives their results in the order of the calls', async () => {
    const child = await runtime.graphs.create(runtime.ownerId, {
      name: 'Greet people',
      description: 'Greets.',
      document: GREETING,
    })
    const calls = [
      { name: 'math_calculate', args: { a: 2, b: 3 } },
      { name: 'Greet_people', args: { name: 'Ada' } },
      { name: 'Parser', args: { json_str: '{' } },
      { name: 'math_calculate', args: { a: 20, b: 30 } },
    ]
    const { id, status, outputs } = await run({
      pairing,
      nodes: [
        { id: 'agent', block: 'agents/agent', inputs: { plan: [calls, [{ name: 'math_calculate', args: { b: 7 } }]] } },
        { id: 'add', block: 'math/calculate', inputs: { operation: 'Add', a: 100 } },
        { id: 'greet', block: 'io/graph', inputs: { graph_id: child.id } },
        { id: 'parse', block: 'data/parse-json', title: 'Parser' },
        { id: 'finished', block: 'io/output', inputs: { name: 'finished' } },
        { id: 'known', block: 'io/output', inputs: { name: 'known' } },
        { id: 'sum', block: 'io/output', inputs: { name: 'sum' } },
      ],
      links: [
        { from: 'agent.tools_^_add_~_a', to: 'add.a' },
        { from: 'agent.tools_^_add_~_b', to: 'add.b' },
        { from: 'agent.tools', to: 'greet.name' },
        { from: 'agent.tools', to: 'parse.json_str' },
        { from: 'add.result', to: 'sum.value' },
        { from: 'agent.finished', to: 'finished.value' },
        { from: 'agent.known', to: 'known.value' },
      ],
    })
    expect(status).toBe('COMPLETED')
    const failure = expect.objectContaining({ code: 'BLOCK_FAILED', message: expect.stringContaining('JSON') }) as unknown
    expect(outputs.finished).toEqual([
      [
        {
          value: { number: 1 },
          calls: [
            { nodeId: 'add', outputs: { result: [5] } },
            { nodeId: 'greet', outputs: { greeting: ['Hello Ada!'] } },
            { nodeId: 'parse', outputs: {}, error: failure },
            { nodeId: 'add', outputs: { result: [50] } },
          ],
        },
        { value: { number: 2 }, calls: [{ nodeId: 'add', outputs: { result: [107] } }] },
      ],
    ])
    expect(outputs.sum).toBeUndefined()
    expect(outputs.known?.[0]).toMatchObject([
      { name: 'math_calculate', nodeId: 'add', pins: { a: 'a', b: 'b' }, parameters: { type: 'object', required: ['b'] } },
      { name: 'Greet_people', description: 'Greets.', nodeId: 'greet', pins: { name: 'name' } },
      { name: 'Parser', nodeId: 'parse', pins: { json_str: 'json_str' } },
    ])
    expect(await stepsOf(id)).toEqual([1, 2, 3])
    expect(runtime.failures).toEqual([])
  })
})
