import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Page, PageRequest } from '../../../base/index.ts'
import type { ExecutionEvent, JournalEvent } from '../../../engine/index.ts'
import { createTestRuntime, insertEvents, type TestRuntime } from '../../../testing/index.ts'
import { formatNodeExecutionKey } from './journal-views.ts'
import type { EventFilter } from './event-pages.ts'
import type { NodeExecutionFilter } from './node-execution-pages.ts'

let runtime: TestRuntime
let graphId: string
beforeAll(async () => {
  runtime = await createTestRuntime({ standby: true })
  const document = {
    nodes: [
      { id: 'in', block: 'io/input', inputs: { name: 'items' } },
      { id: 'step', block: 'logic/step-through' },
      { id: 't', block: 'text/template', inputs: { format: '{{ x }}' } },
    ],
    links: [
      { from: 'in.result', to: 'step.items' },
      { from: 'step.item', to: 't.values_#_x' },
    ],
  }
  graphId = (await runtime.graphs.create(runtime.ownerId, { name: 'Steps', document })).id
})
afterAll(() => runtime.close())

/** Creates an execution that steps through items, with its journal. */
async function createExecution(items: readonly string[], part = Infinity): Promise<string> {
  const { id } = await runtime.executions.start(runtime.ownerId, { graphId, inputs: { items: [] } })
  await insertEvents(runtime, id, journalOf(items).slice(0, part))
  return id
}

function journalOf(items: readonly string[]): ExecutionEvent[] {
  const run = (node: string, n: number, pin: string, ...values: unknown[]): ExecutionEvent[] => [
    { type: 'NodeStarted', node, n, attempt: 1 },
    ...values.map((value) => ({ type: 'NodeOutput' as const, node, n, pin, value })),
    { type: 'NodeFinished', node, n, attempt: 1 },
  ]
  return [
    { type: 'ExecutionStarted', inputs: { items } },
    ...run('in', 1, 'result', items),
    ...run('step', 1, 'item', ...items),
    ...items.flatMap((item, i) => run('t', i + 1, 'output', item)),
    { type: 'ExecutionFinished', status: 'COMPLETED', outputs: {}, failedNodes: [] },
  ]
}

const DEFAULTS = { first: 100, filter: {}, countTotal: false, orderBy: { field: 'NODE', direction: 'ASC' } } as const

async function readRuns(ids: readonly string[], options: Partial<PageRequest<NodeExecutionFilter, 'NODE' | 'STARTED_AT'>> = {}) {
  return asPages(await runtime.executions.nodeExecutionsOf(runtime.ownerId, ids, { ...DEFAULTS, ...options }))
}

async function readEvents(ids: readonly string[], options: Partial<PageRequest<EventFilter, 'SEQ'>> = {}) {
  const request = { ...DEFAULTS, orderBy: { field: 'SEQ', direction: 'ASC' } as const, ...options }
  return asPages(await runtime.executions.eventPages(runtime.ownerId, ids, request))
}

function asPages<T>(pages: ReadonlyMap<string, Page<T> | Error>): Map<string, Page<T>> {
  for (const page of pages.values()) if (page instanceof Error) throw page
  return pages as Map<string, Page<T>>
}

async function countStatements(work: () => Promise<unknown>): Promise<number> {
  const query = vi.spyOn(runtime.database.pool, 'query')
  await work()
  const { length } = query.mock.calls
  query.mockRestore()
  return length
}

it('returns the inputs and outputs of node executions', async () => {
  const id = await createExecution(['a', 'b'])
  const items = (await readRuns([id])).get(id)?.items.map(({ item }) => item)
  expect(items).toMatchObject([
    { executionId: id, nodeId: 'in', number: 1, status: 'COMPLETED', inputs: { name: 'items', value: ['a', 'b'] } },
    {
      nodeId: 'step',
      inputs: { items: ['a', 'b'] },
      outputs: [
        { pin: 'item', value: 'a' },
        { pin: 'item', value: 'b' },
      ],
    },
    { nodeId: 't', number: 1, inputs: { format: '{{ x }}', values: { x: 'a' } }, outputs: [{ pin: 'output', value: 'a' }] },
    { nodeId: 't', number: 2, inputs: { format: '{{ x }}', values: { x: 'b' } } },
  ])
})

it('returns the pages of 20 executions with as many statements as those of one', async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, () => createExecution(['a', 'b'])))
  const [first = ''] = ids
  await readRuns([first]) // loads the plan
  const readAll = (own: readonly string[]): Promise<unknown> => {
    return Promise.all([readRuns(own, { countTotal: true }), readEvents(own, { countTotal: true })])
  }
  const single = await createExecution(['a', 'b'])
  const one = await countStatements(() => readAll([single]))
  const many = await countStatements(() => readAll(ids.slice(1)))
  expect(many).toBeLessThanOrEqual(one)
  expect([...(await readRuns(ids)).values()].map(({ items }) => items.length)).toEqual(ids.map(() => 4))
})

it('reads only new events after the first page', async () => {
  const items = ['a', 'b', 'c']
  const id = await createExecution(items, 8)
  expect((await readRuns([id], { filter: { statuses: ['RUNNING'] } })).get(id)?.items.map(({ item }) => item.nodeId)).toEqual([
    'step',
  ])
  await insertEvents(runtime, id, journalOf(items).slice(8), 8)
  const page = (await readRuns([id], { countTotal: true, filter: { nodeId: 't', statuses: ['COMPLETED'] }, first: 2 })).get(id)
  expect(page).toMatchObject({ hasMore: true, total: 3, items: [{ item: { number: 1 } }, { item: { number: 2 } }] })
})

it.each(['NODE', 'STARTED_AT'] as const)(
  'returns each node execution once over all pages, by %s in both directions',
  async (field) => {
    const id = await createExecution(['a', 'b', 'c'], 12)
    const read = async (direction: 'ASC' | 'DESC'): Promise<string[]> => {
      const found: string[] = []
      for (let after, hasMore = true; hasMore;) {
        const page = (await readRuns([id], { first: 2, after, orderBy: { field, direction } })).get(id)
        found.push(...(page?.items.map(({ item }) => `${item.nodeId} ${item.number}`) ?? []))
        after = page?.items.at(-1)?.position
        hasMore = page?.hasMore ?? false
      }
      return found
    }
    expect(await read('ASC')).toEqual(['in 1', 'step 1', 't 1', 't 2', 't 3'])
    expect(await read('DESC')).toEqual(['t 3', 't 2', 't 1', 'step 1', 'in 1'])
  },
)

it('rejects the position of another execution', async () => {
  const [id, other] = [await createExecution(['a']), await createExecution(['a', 'b'])]
  const request = { ...DEFAULTS, after: { value: '2', id: 't:2' } }
  const pages = await runtime.executions.nodeExecutionsOf(runtime.ownerId, [id, other], request)
  expect(pages.get(id)).toMatchObject({ code: 'BAD_INPUT', details: { path: ['after'] } })
  expect(pages.get(other)).toMatchObject({ items: [] })
  const after = { value: '2', id: other }
  const events = await runtime.executions.eventPages(runtime.ownerId, [id, other], {
    ...DEFAULTS,
    after,
    orderBy: { field: 'SEQ', direction: 'ASC' },
  })
  expect(events.get(id)).toMatchObject({ code: 'BAD_INPUT', details: { path: ['after'] } })
  expect(events.get(other)).toMatchObject({ hasMore: false })
})

it('returns nothing of another user', async () => {
  const id = await createExecution(['a'])
  const stranger = randomUUID()
  expect(await runtime.executions.nodeExecutionsOf(stranger, [id, 'no id'], DEFAULTS)).toEqual(new Map())
  expect(await runtime.executions.findNodeExecutions(stranger, [{ executionId: id, nodeId: 't', number: 1 }])).toEqual(new Map())
  expect(
    await runtime.executions.eventPages(stranger, [id], { ...DEFAULTS, orderBy: { field: 'SEQ', direction: 'ASC' } }),
  ).toEqual(new Map())
})

it('finds node executions of several executions by id', async () => {
  const [first, second] = [await createExecution(['a']), await createExecution(['b'])]
  const key = { nodeId: 't', number: 1 }
  const keys = [
    { ...key, executionId: first },
    { ...key, executionId: second },
    { ...key, executionId: second, number: 2 },
  ]
  const found = await runtime.executions.findNodeExecutions(runtime.ownerId, keys)
  expect(keys.map((each) => found.get(formatNodeExecutionKey(each)))).toMatchObject([
    { outputs: [{ value: 'a' }] },
    { outputs: [{ value: 'b' }] },
    undefined as never,
  ])
})

it('reads events forwards and backwards from any event', async () => {
  const items = Array.from({ length: 200 }, (_, i) => `item ${i}`)
  const id = await createExecution(items)
  const last = journalOf(items).length
  const seqs = (page: Page<JournalEvent> | undefined): number[] | undefined => page?.items.map(({ item }) => item.seq)
  for (const after of [0, 1, 255, 256, 300, last - 1]) {
    const position = { value: String(after), id }
    const forwards = (await readEvents([id], { first: 3, after: position })).get(id)
    expect(seqs(forwards)).toEqual([after + 1, after + 2, after + 3].filter((seq) => seq <= last))
    expect(forwards?.hasMore).toBe(after + 3 < last)
    const backwards = (await readEvents([id], { first: 3, after: position, orderBy: { field: 'SEQ', direction: 'DESC' } })).get(
      id,
    )
    expect(seqs(backwards)).toEqual([after - 1, after - 2, after - 3].filter((seq) => seq > 0))
  }
  expect(seqs((await readEvents([id], { first: 1, orderBy: { field: 'SEQ', direction: 'DESC' } })).get(id))).toEqual([last])
})

it('filters and counts events by type and node', async () => {
  const items = Array.from({ length: 150 }, (_, i) => `"type":"NodeOutput" ${i}`)
  const id = await createExecution(items)
  const filter = { types: ['NodeOutput' as const], nodeId: 't' }
  const page = (await readEvents([id], { first: 2, filter, countTotal: true, after: { value: '400', id } })).get(id)
  expect(page).toMatchObject({
    hasMore: true,
    total: 150,
    items: [{ item: { type: 'NodeOutput', node: 't' } }, { item: { node: 't' } }],
  })
  expect((await readEvents([id], { first: 0, countTotal: true })).get(id)).toEqual({
    items: [],
    hasMore: true,
    total: journalOf(items).length,
  })
})

it('ends a page early if its values are large, and continues after it', async () => {
  const items = Array.from({ length: 12 }, (_, i) => String(i % 10).repeat(1_000_000))
  const id = await createExecution(items)
  const numbers: number[] = []
  let pages = 0
  for (let after, hasMore = true; hasMore; pages++) {
    const page = (await readEvents([id], { after, filter: { types: ['NodeOutput'], nodeId: 't' } })).get(id)
    for (const { item } of page?.items ?? [])
      if (item.type === 'NodeOutput') numbers.push(Number(JSON.stringify(item.value).slice(1, 2)))
    after = page?.items.at(-1)?.position
    hasMore = page?.hasMore ?? false
  }
  expect(numbers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
  expect(pages).toBe(2)
  const runs = (await readRuns([id], { filter: { nodeId: 't' } })).get(id)
  expect(runs?.hasMore).toBe(true)
  expect(runs?.items[0]?.item.outputs[0]?.value).toBe(items[0])
})

it('reports an unreadable journal for its execution only', async () => {
  const [id, other] = [await createExecution(['a']), await createExecution(['a'])]
  await runtime.database.pool.query(`update journal set events = '["?"]' where execution_id = $1`, [id])
  const pages = await runtime.executions.nodeExecutionsOf(runtime.ownerId, [id, other], DEFAULTS)
  expect(pages.get(id)).toMatchObject({ code: 'JOURNAL_UNREADABLE' })
  expect(pages.get(other)).toMatchObject({ hasMore: false })
  const events = await runtime.executions.eventPages(runtime.ownerId, [id, other], {
    ...DEFAULTS,
    orderBy: { field: 'SEQ', direction: 'ASC' },
  })
  expect(events.get(id)).toMatchObject({ code: 'JOURNAL_UNREADABLE' })
})

it('compares the node executions of two executions in the order of the graph', async () => {
  const [a, b] = [await createExecution(['same', 'a']), await createExecution(['same', 'b', 'c'])]
  expect(await runtime.executions.diff(runtime.ownerId, a, a)).toMatchObject({ outputs: [], nodes: [], hasMore: false })
  const { nodes } = await runtime.executions.diff(runtime.ownerId, a, b)
  expect(nodes.map(({ nodeId, number }) => `${nodeId} ${number}`)).toEqual(['in 1', 'step 1', 't 2', 't 3'])
  expect(nodes[2]).toEqual({
    nodeId: 't',
    tag: 'step.1[1]',
    number: 2,
    statusA: 'COMPLETED',
    statusB: 'COMPLETED',
    inputs: [{ name: 'values', a: { x: 'a' }, b: { x: 'b' }, isTruncated: false }],
    outputs: [{ name: 'output', a: ['a'], b: ['b'], isTruncated: false }],
  })
  expect(nodes[3]).toMatchObject({ statusA: undefined, statusB: 'COMPLETED' })
  await expect(runtime.executions.diff(randomUUID(), a, b)).rejects.toMatchObject({ code: 'NOT_FOUND', details: { path: ['a'] } })
})

it('compares node executions of the same iteration, whichever of them was created first', async () => {
  const document = {
    nodes: [
      { id: 'each', block: 'loop/for-each', inputs: { items: ['x', 'y'] } },
      { id: 'first', block: 'text/template', inputs: { format: '{{ x }}' } },
      { id: 'second', block: 'text/template', inputs: { format: '{{ x }}' } },
    ],
    links: [
      { from: 'each.item', to: 'first.values_#_x' },
      { from: 'first.output', to: 'second.values_#_x' },
    ],
  }
  const graph = await runtime.graphs.create(runtime.ownerId, { name: 'Loop', document })
  const run = async (order: [number, string][], last: string): Promise<string> => {
    const { id } = await runtime.executions.start(runtime.ownerId, { graphId: graph.id, inputs: {} })
    await insertEvents(runtime, id, [
      { type: 'ExecutionStarted', inputs: {} },
      { type: 'NodeStarted', node: 'each', n: 1, attempt: 1 },
      ...['x', 'y'].map((value) => ({ type: 'NodeOutput' as const, node: 'each', n: 1, pin: 'item', value })),
      { type: 'NodeFinished', node: 'each', n: 1, attempt: 1 },
      ...order.flatMap(([n, value], i): ExecutionEvent[] => [
        { type: 'NodeStarted', node: 'first', n, attempt: 1 },
        { type: 'NodeOutput', node: 'first', n, pin: 'output', value },
        { type: 'NodeFinished', node: 'first', n, attempt: 1 },
        { type: 'NodeStarted', node: 'second', n: i + 1, attempt: 1 },
        { type: 'NodeOutput', node: 'second', n: i + 1, pin: 'output', value: value === 'y' ? last : value },
        { type: 'NodeFinished', node: 'second', n: i + 1, attempt: 1 },
      ]),
    ])
    return id
  }
  const a = await run(
    [
      [1, 'x'],
      [2, 'y'],
    ],
    'y',
  )
  const b = await run(
    [
      [2, 'y'],
      [1, 'x'],
    ],
    'y',
  )
  const c = await run(
    [
      [2, 'y'],
      [1, 'x'],
    ],
    'z',
  )
  expect((await runtime.executions.diff(runtime.ownerId, a, b)).nodes).toEqual([])
  expect((await runtime.executions.diff(runtime.ownerId, a, c)).nodes).toMatchObject([
    { nodeId: 'second', tag: 'each.1[1]', number: 2, outputs: [{ name: 'output', a: ['y'], b: ['z'] }] },
  ])
})

it('stops a comparison after 1000 differences', async () => {
  const list = (name: string): string[] => Array.from({ length: 1001 }, (_, i) => `${name} ${i}`)
  const { nodes, hasMore } = await runtime.executions.diff(
    runtime.ownerId,
    await createExecution(list('a')),
    await createExecution(list('b')),
  )
  expect([nodes.length, hasMore]).toEqual([1000, true])
})

it('shows the first 1000 outputs of a node execution and their number', async () => {
  const id = await createExecution(Array.from({ length: 1001 }, () => 'x'))
  const [run] = (await readRuns([id], { filter: { nodeId: 'step' } })).get(id)?.items ?? []
  expect([run?.item.outputs.length, run?.item.outputCount]).toEqual([1000, 1001])
})
