import { createGateway, type Gateway } from '@ashlar/gateway'
import type { Workload } from '../context.ts'
import { median, time } from '../measure.ts'

const KEY = 'the-key-of-the-owner-of-the-benchmark'
const NODES = 5000
const TIMES = 5
const GOAL = { better: 'lower', must: 2000, aim: null } as const

const INPUT = 'c0a8e994-ebf1-4a9c-a4d8-89d09c86741b'
const OUTPUT = '363ae599-353e-4804-937e-b2ee3cef3da4'
const TEMPLATE = 'db7d8f02-2f44-4c55-ab7a-eae0941f0c30'
const CALCULATOR = 'b1ab9b19-67a6-406d-abf5-2dba76d00c79'
const STEP_THROUGH = 'f66a3543-28d3-4ab5-8945-9b336371e2ce'
const CONDITION = '715696a0-e1da-45c8-b209-c2fa9c3b0be6'

/** How long the API takes for graphs of 5000 nodes: an import of an export of the AutoGPT Platform, and checks. */
export const interchange: Workload = {
  name: 'interchange',
  unit: 'ms',
  async run({ runtime, ownerId, stack }) {
    await runtime.apiKeys.allow(ownerId, KEY, 'bench')
    const gateway = createGateway({ runtime, ownerKey: KEY })
    stack.defer(() => gateway.close())
    const file = createExport()
    const imported = await send(gateway, IMPORT, { document: file })
    const { graph } = imported.importGraph as { graph: { id: string; activeVersion: { document: { json: object } } } }
    const tagged = { ...graph.activeVersion.document.json, pairing: 'TAGGED', origin: undefined }
    const measure = (query: string, variables: object): Promise<number> => medianOf(() => send(gateway, query, variables))
    return [
      { part: 'import AUTOGPT', value: await measure(IMPORT, { document: file }), goal: GOAL },
      { part: 'validate FIFO', value: await measure(VALIDATE, { json: graph.activeVersion.document.json }), goal: GOAL },
      { part: 'validate TAGGED', value: await measure(VALIDATE, { json: tagged }), goal: GOAL },
      { part: 'export ASHLAR', value: await measure(EXPORT, { id: graph.id }), goal: GOAL },
    ]
  },
}

const IMPORT = `mutation ($document: JSON!) { importGraph(input: { document: $document }) {
  graph { id activeVersion { document { json } } } report { missingBlocks { block } graphs { nodes { nodeId status changes { kind } } } }
  errors { message } } }`
const VALIDATE = 'query ($json: JSON!) { validateGraph(document: { json: $json }) { message path } }'
const EXPORT = 'mutation ($id: ID!) { exportGraph(input: { graphId: $id }) { text errors { message } } }'

async function send(gateway: Gateway, query: string, variables: object): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ query, variables })
  const response = await gateway.fetch(new Request('http://127.0.0.1/graphql', { method: 'POST', headers, body }))
  const answer = (await response.json()) as { data?: Record<string, unknown>; errors?: unknown }
  if (!answer.data || answer.errors) throw new Error(`the request failed: ${JSON.stringify(answer.errors)}`)
  return answer.data
}

async function medianOf(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < TIMES; i++) times.push(await time(work))
  return median(times)
}

/** Groups of ten nodes: a loop that branches, with dynamic pins, a static input and two links into one pin. */
function createExport(): object {
  const nodes: object[] = []
  const links: object[] = []
  for (let group = 0; nodes.length < NODES; group++) {
    const id = (name: string): string => `${name}-${group}`
    const add = (name: string, block: string, inputs: object, at: number): void =>
      void nodes.push({
        id: id(name),
        block_id: block,
        input_default: inputs,
        metadata: { position: { x: at * 300, y: group * 200 } },
      })
    const link = (from: string, to: string, isStatic = false): void => {
      const [[source, output], [sink, input]] = [from.split('.'), to.split('.')]
      links.push({
        id: `${from}-${to}-${group}`,
        source_id: id(source ?? ''),
        sink_id: id(sink ?? ''),
        source_name: output,
        sink_name: input,
        is_static: isStatic,
      })
    }
    add('in', INPUT, { name: `input ${group}`, value: [1, 2, 3] }, 0)
    add('each', STEP_THROUGH, {}, 1)
    add('add', CALCULATOR, { operation: 'Add', b: group }, 2)
    add('test', CONDITION, { operator: '>', value2: 2 }, 3)
    add('yes', TEMPLATE, { format: '{{ a }}: {{ b }}' }, 4)
    add('no', TEMPLATE, { format: '{{ a }}; {{ b }}', 'values_#_b': 'none' }, 5)
    add('both', CALCULATOR, { operation: 'Multiply', a: 2 }, 6)
    add('again', CALCULATOR, { operation: 'Subtract', a: 2 }, 7)
    add('text', TEMPLATE, { format: 'Result {{ x }}' }, 8)
    add('out', OUTPUT, { name: `output ${group}` }, 9)
    link('in.result', 'each.items', true)
    link('each.item', 'add.a')
    link('add.result', 'test.value1')
    link('test.yes_output', 'yes.values_#_a')
    link('each.key', 'yes.values_#_b')
    link('test.no_output', 'no.values_#_a')
    link('test.yes_output', 'both.b')
    link('test.no_output', 'both.b')
    link('both.result', 'again.b')
    link('yes.output', 'text.values_#_x')
    link('no.output', 'text.values_#_x')
    link('text.output', 'out.value')
  }
  return { id: 'bench', version: 1, name: 'Bench', description: '', nodes, links }
}
