import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { createGateway, type Gateway } from '@ashlar/gateway'
import type { BenchContext, Workload } from '../context.ts'
import type { Figure } from '../format.ts'
import { median } from '../measure.ts'

const KEY = 'the-key-of-the-owner-of-the-benchmark'
const EXECUTIONS = 30
const VALUES = 20
const VALUE_BYTES = 100_000
const TIMES = 3

/** The most expensive queries that the limits accept, by what dominates their cost. */
const QUERIES = {
  introspection: `{ __schema { types { kind name description ${fields('fields(includeDeprecated: true)')} enumValues { name description }
    possibleTypes { name } ${fields('inputFields')} } } }`,
  blocks: `{ blocks(first: 100) { edges { node { id name description kind inputs { name title description required schema }
    outputs { name schema } plugin { id packageName } } } } }`,
  'many objects': `{ executions(first: 30) { edges { node { id status nodeExecutions(first: 60) { edges { cursor node {
    number status attempt startedAt finishedAt missingPins } } } } } } }`,
  outputs: '{ executions(first: 100) { edges { node { id inputs outputs } } } }',
  events: `{ executions(first: 5) { edges { node { events(first: 100) { edges { cursor node {
    __typename seq at ... on NodeOutput { value } } } } } } } }`,
}

function fields(name: string): string {
  return `${name} { name description type { kind name ofType { kind name ofType { kind name } } } }`
}

/** The longest time for which a query blocks the event loop, on executions with large values. */
export const queries: Workload = {
  name: 'queries',
  unit: 'ms blocked',
  async run(context) {
    const { runtime, ownerId, stack } = context
    await runtime.accounts.allowKey(ownerId, KEY, 'bench')
    await runExecutions(context)
    const gateway = createGateway({ runtime, ownerKey: KEY })
    stack.defer(() => gateway.close())
    const figures: Figure[] = []
    for (const [part, query] of Object.entries(QUERIES)) figures.push({ part, ...(await measureQuery(gateway, query)) })
    return figures
  },
}

/** Runs executions of more than 200 events with large inputs and outputs. */
async function runExecutions({ runtime, ownerId, createGraph }: BenchContext): Promise<void> {
  const graphId = await createGraph(DOCUMENT)
  const inputs = { items: Array.from({ length: VALUES }, (_, index) => `${index}`.padEnd(VALUE_BYTES, 'x')) }
  for (let i = 0; i < EXECUTIONS; i++) {
    const { id } = await runtime.executions.start(ownerId, { graphId, inputs })
    for await (const _event of await runtime.executions.follow(ownerId, id, 0));
  }
}

const DOCUMENT = {
  nodes: [
    { id: 'items', block: 'io/input', inputs: { name: 'items' } },
    { id: 'each', block: 'logic/step-through', inputs: {} },
    { id: 'pass', block: 'bench/no-op', inputs: {} },
    { id: 'out', block: 'io/output', inputs: { name: 'out' } },
  ],
  links: [
    { from: 'items.result', to: 'each.items' },
    { from: 'each.item', to: 'pass.value' },
    { from: 'pass.value', to: 'out.value' },
  ],
}

async function measureQuery(gateway: Gateway, query: string): Promise<Omit<Figure, 'part'>> {
  const text = await (await send(gateway, query)).text() // the first time also compiles code
  if (text.startsWith('{"errors"')) throw new Error(`a query failed: ${text.slice(0, 500)}`)
  const cost = Number(/"cost":\{"requested":(\d+)/.exec(text.slice(-200))?.[1])
  const blocked: number[] = []
  for (let i = 0; i < TIMES; i++) {
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    await (await send(gateway, query)).body?.cancel() // a client would read it in another process
    await pause(20)
    delay.disable()
    blocked.push(delay.max / 1e6)
  }
  const yardsticks = { cost, 'answer MB': text.length / 1e6 }
  return { value: median(blocked), yardsticks, goal: { better: 'lower', must: 100, aim: 50 } }
}

function send(gateway: Gateway, query: string): Promise<Response> {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ query })
  return gateway.fetch(new Request('http://127.0.0.1/graphql', { method: 'POST', headers, body }))
}
