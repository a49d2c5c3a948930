import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { createGateway, type Gateway } from '@ashlar/gateway'
import type { BenchContext, Workload } from '../context.ts'
import type { Figure } from '../format.ts'
import { chainOfNoOps } from '../graphs.ts'
import { median } from '../measure.ts'

const KEY = 'the-key-of-the-owner-of-the-benchmark'
const TIMES = 5
/** Executions of more than 200 events: with small values, with long texts, and with many objects. */
const EXECUTIONS = { small: 60, texts: 30, objects: 10 }
const VALUES = 20
/** Values of this size are stored apart from the journal. */
const VALUE_BYTES = 100_000
const NODES = 2000
const LARGE_GRAPHS = 30

interface Query {
  query: string
  variables?: object
  /** The least size of the answer, so that the query certainly reads its data. */
  minMb: number
  /** Whether the answer exceeds the limit of its JSON values. */
  isLimited?: boolean
}

/** The most expensive queries that the limits accept, by what dominates their cost. A search found some of them. */
const QUERIES: Record<string, Query> = {
  introspection: {
    query: `{ __schema { types { kind name description ${fields('fields(includeDeprecated: true)')} enumValues { name description }
      possibleTypes { name } ${fields('inputFields')} } } }`,
    minMb: 0.2,
  },
  blocks: {
    query: `{ blocks(first: 100) { edges { node { id name description kind inputs { name title description required schema }
      outputs { name schema } plugin { id packageName } } } } }`,
    minMb: 0.05,
  },
  'many objects': {
    query: `{ executions(first: 100, orderBy: { field: CREATED_AT, direction: ASC }) { edges { node { id status
      nodeExecutions(first: 60) { edges { cursor node { number status attempt startedAt finishedAt } } } } } } }`,
    minMb: 0.3,
  },
  events: {
    query: `{ executions(first: 45, orderBy: { field: CREATED_AT, direction: ASC }) { edges { node {
      events(first: 100) { edges { cursor node { __typename seq at ... on NodeOutput { value } } } } } } } }`,
    minMb: 0.5,
  },
  values: { query: '{ executions(first: 100) { edges { node { id inputs outputs } } } }', minMb: 16, isLimited: true },
  'values of events': {
    query: `{ executions(first: 100) { edges { node { events(first: 1, filter: { types: [EXECUTION_FINISHED] }) {
      edges { node { ... on ExecutionFinished { outputs } } } } } } } }`,
    minMb: 8,
    isLimited: true,
  },
  documents: {
    query: `{ graphs(first: 50) { edges { node { export activeVersion { compatibility { nodes { nodeId } } warnings { message }
      document { json nodes { nodeId block inputs title timeoutMs } links { from to } } } } } } }`,
    minMb: 4,
    isLimited: true,
  },
  'a large document': {
    query: 'query ($json: JSON!) { validateGraph(document: { json: $json }) { message path } }',
    variables: { json: createLargeDocument() },
    minMb: 0.5,
  },
}

function fields(name: string): string {
  return `${name} { name description type { kind name ofType { kind name ofType { kind name } } } }`
}

/** A document with a fault in each node and each link. */
function createLargeDocument(): object {
  const nodes = Array.from({ length: NODES }, (_, i) => ({ id: `n${i}`, block: 'text/template', inputs: { format: 5, nope: i } }))
  const links = Array.from({ length: 5 * NODES }, (_, i) => ({ from: `n${i % NODES}.a`, to: `n${(i * 7 + 1) % NODES}.b` }))
  return { nodes, links }
}

/** The longest time for which a query occupies the thread that also serves executions, on a database with much data. */
export const queries: Workload = {
  name: 'queries',
  unit: 'ms blocked',
  async run(context) {
    const { runtime, ownerId, stack } = context
    await runtime.apiKeys.allow(ownerId, KEY, 'bench')
    await createData(context)
    const gateway = createGateway({ runtime, ownerKey: KEY })
    stack.defer(() => gateway.close())
    const figures: Figure[] = []
    for (const [part, query] of Object.entries(QUERIES)) figures.push({ part, ...(await measureQuery(gateway, query)) })
    return figures
  },
}

async function createData({ runtime, ownerId, createGraph }: BenchContext): Promise<void> {
  const graphId = await createGraph(DOCUMENT)
  const toValue: Record<keyof typeof EXECUTIONS, (index: number) => unknown> = {
    small: (index) => `${index}`,
    texts: (index) => `${index}`.padEnd(VALUE_BYTES, 'x'),
    objects: (index) =>
      Array.from({ length: VALUE_BYTES / 50 }, (_, key) => ({ index, key, list: [key, null, true], c: 'text' })),
  }
  for (const [kind, count] of Object.entries(EXECUTIONS))
    for (let i = 0; i < count; i++) {
      const items = Array.from({ length: VALUES }, (_, index) => toValue[kind as keyof typeof EXECUTIONS](index))
      const { id } = await runtime.executions.start(ownerId, { graphId, inputs: { items } })
      for await (const _event of await runtime.executions.follow(ownerId, id, 0));
    }
  for (let i = 0; i < LARGE_GRAPHS; i++) await createGraph(chainOfNoOps(NODES))
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

async function measureQuery(gateway: Gateway, query: Query): Promise<Omit<Figure, 'part'>> {
  const text = await (await send(gateway, query)).text() // the first time also compiles code
  assertAnswer(text, query)
  const cost = Number(/"cost":\{"requested":(\d+)/.exec(text.slice(-200))?.[1])
  const busy: number[] = []
  const delays: number[] = []
  for (let i = 0; i < TIMES; i++) {
    const watch = watchThread()
    await (await send(gateway, query)).body?.cancel() // a client would read it in another process
    await pause(20)
    const { busyMs, delayMs } = watch.stop()
    busy.push(busyMs)
    delays.push(delayMs)
  }
  const yardsticks = { cost, 'answer MB': text.length / 1e6, delay: median(delays) }
  return { value: median(busy), yardsticks, goal: { better: 'lower', must: 100, aim: 50 } }
}

function assertAnswer(text: string, { minMb, isLimited = false }: Query): void {
  const codes = new Set(Array.from(text.slice(-100_000).matchAll(/"extensions":\{"code":"(\w+)"/g), ([, code]) => code))
  if (isLimited !== codes.has('LIMIT_EXCEEDED') || codes.size > (isLimited ? 1 : 0) || text.length < minMb * 1e6)
    throw new Error(
      `unexpected answer of ${text.length / 1e6} MB: ${[...codes].join()} ${text.slice(0, 200)} … ${text.slice(-300)}`,
    )
}

/**
 * Watches the event loop of this thread. `busyMs` is the most CPU time that passes between two turns of its timers.
 * `delayMs` is the longest delay of a timer, which other work on the machine increases.
 */
function watchThread(): { stop(): { busyMs: number; delayMs: number } } {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  let [busyMs, last] = [0, threadMs()]
  const look = (): void => {
    const now = threadMs()
    busyMs = Math.max(busyMs, now - last)
    last = now
  }
  const timer = setInterval(look, 1)
  return {
    stop() {
      clearInterval(timer)
      delay.disable()
      look()
      return { busyMs, delayMs: delay.max / 1e6 }
    },
  }
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

function send(gateway: Gateway, { query, variables }: Query): Promise<Response> {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ query, variables })
  return gateway.fetch(new Request('http://127.0.0.1/graphql', { method: 'POST', headers, body }))
}
