import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../testing/index.ts'
import type { JournalEvent } from '../engine/index.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(async () => {
  await runtime.close()
})

async function create(name: string, document: unknown): Promise<string> {
  return (await runtime.graphs.create(runtime.ownerId, { name, document })).id
}

async function start(graphId: string, inputs: Record<string, unknown> = {}): Promise<string> {
  return (await runtime.executions.start(runtime.ownerId, { graphId, inputs })).id
}

async function readEnd(id: string): Promise<Extract<JournalEvent, { type: 'ExecutionFinished' }>> {
  for await (const event of await runtime.executions.follow(runtime.ownerId, id, 0))
    if (event.type === 'ExecutionFinished') return event
  throw new Error('it did not finish')
}

/** Waits until the condition is true. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  await expect.poll(condition, { timeout: 30_000, interval: 20 }).toBe(true)
}

const getStatus = async (id: string) => (await runtime.executions.get(runtime.ownerId, id)).status
const listChildren = async (id: string) => {
  const request = { first: 100, filter: {}, orderBy: { field: 'CREATED_AT', direction: 'DESC' }, countTotal: false } as const
  const { items } = await runtime.executions.list(runtime.ownerId, request)
  return items.map(({ item }) => item).filter(({ parentId }) => parentId === id)
}

const greet = {
  nodes: [
    { id: 'name', block: 'io/input', inputs: { name: 'name' } },
    { id: 'text', block: 'text/template', inputs: { format: 'Hello {{ name }}!' } },
    { id: 'out', block: 'io/output', inputs: { name: 'greeting' } },
  ],
  links: [
    { from: 'name.result', to: 'text.values_#_name' },
    { from: 'text.output', to: 'out.value' },
  ],
}
const wait = (seconds: number) => ({
  nodes: [
    { id: 'wait', block: 'time/countdown', inputs: { seconds, input_message: 'done' } },
    { id: 'out', block: 'io/output', inputs: { name: 'message' } },
  ],
  links: [{ from: 'wait.output_message', to: 'out.value' }],
})
const around = (graphId: string, output: string) => ({
  nodes: [
    { id: 'child', block: 'io/graph', inputs: { graph_id: graphId } },
    { id: 'out', block: 'io/output', inputs: { name: 'result' } },
  ],
  links: [{ from: `child.${output}`, to: 'out.value' }],
})

describe('a graph as a node', () => {
  it('has the inputs and outputs of the graph as pins, and runs once per value', async () => {
    const graphId = await create('Greet', greet)
    const parent = await create('Greet all', {
      nodes: [
        { id: 'names', block: 'logic/step-through', inputs: { items: ['Ada', 'Bo'] } },
        { id: 'greet', block: 'io/graph', inputs: { graph_id: graphId } },
        { id: 'out', block: 'io/output', inputs: { name: 'all' } },
      ],
      links: [
        { from: 'names.item', to: 'greet.name' },
        { from: 'greet.greeting', to: 'out.value' },
      ],
    })
    const id = await start(parent)
    const end = await readEnd(id)
    expect(end.status).toBe('COMPLETED')
    expect(end.outputs.all?.toSorted()).toEqual(['Hello Ada!', 'Hello Bo!'])
    expect(await listChildren(id)).toHaveLength(2)
  })

  it('is rejected if it has unknown pins, missing inputs or an unknown graph', async () => {
    const graphId = await create('Greet', greet)
    const document = {
      nodes: [
        { id: 'a', block: 'io/graph', inputs: { graph_id: graphId, inputs: { name: 'Ada' } } },
        { id: 'b', block: 'io/graph', inputs: { graph_id: graphId } },
        { id: 'c', block: 'io/graph', inputs: { graph_id: crypto.randomUUID() } },
        { id: 'out', block: 'io/output', inputs: { name: 'x' } },
      ],
      links: [{ from: 'a.farewell', to: 'out.value' }],
    }
    const faults = await runtime.graphs.validate(runtime.ownerId, document)
    expect(faults.map(({ path }) => path)).toEqual(['links.0.from', 'nodes.b.inputs.name', 'nodes.c.inputs.graph_id'])
  })

  it('runs the version that was active when it was saved', async () => {
    const graphId = await create('Wait', wait(0))
    const parent = await create('Around', around(graphId, 'message'))
    await runtime.graphs.saveVersion(runtime.ownerId, graphId, 1, { nodes: [] })
    expect(await readEnd(await start(parent))).toMatchObject({ status: 'COMPLETED', outputs: { result: ['done'] } })
  })

  it('holds no slot while it waits, and continues when the child ends', async () => {
    const id = await start(await create('Around', around(await create('Wait', wait(2)), 'message')))
    await until(async () => (await getStatus(id)) === 'WAITING')
    expect((await runtime.executions.get(runtime.ownerId, id)).reason).toEqual({
      code: 'WAITING_FOR_GRAPH',
      message: 'waits for the graphs that its nodes run: child',
    })
    await until(() => Promise.resolve(runtime.worker?.active() === 0))
    expect(await readEnd(id)).toMatchObject({ status: 'COMPLETED', outputs: { result: ['done'] } })
  })

  it('fails with the reason of the child on its pin "error"', async () => {
    const graphId = await create('Fails', { nodes: [{ id: 'get', block: 'list/get', inputs: { list: [], index: 0 } }] })
    const document = {
      nodes: [
        { id: 'child', block: 'io/graph', inputs: { graph_id: graphId } },
        { id: 'out', block: 'io/output', inputs: { name: 'problem' } },
      ],
      links: [{ from: 'child.error', to: 'out.value' }],
    }
    const end = await readEnd(await start(await create('Around', document)))
    expect(end).toMatchObject({ status: 'COMPLETED', failedNodes: ['child'] })
    expect(end.outputs.problem?.[0]).toMatch(/the graph ended with status FAILED: node "get"/)
  })

  it('is cancelled with its parent', async () => {
    const id = await start(await create('Around', around(await create('Wait', wait(60)), 'message')))
    await until(async () => (await listChildren(id)).length === 1)
    await runtime.executions.cancel(runtime.ownerId, id)
    expect((await listChildren(id)).map(({ status }) => status)).toEqual(['CANCELLED'])
    await until(() => Promise.resolve(runtime.worker?.active() === 0))
  })

  it('yields the values of its loops by iteration, also if each output has only some of them', async () => {
    const graphId = await create('Split', {
      nodes: [
        { id: 'each', block: 'loop/for-each', inputs: { items: [1, 2, 3] } },
        { id: 'large', block: 'logic/condition', inputs: { operator: '>', value2: 1, no_value: 'small' } },
        { id: 'yes', block: 'io/output', inputs: { name: 'yes' } },
        { id: 'no', block: 'io/output', inputs: { name: 'no' } },
      ],
      links: [
        { from: 'each.item', to: 'large.value1' },
        { from: 'large.yes_output', to: 'yes.value' },
        { from: 'large.no_output', to: 'no.value' },
      ],
    })
    const document = {
      nodes: [
        { id: 'child', block: 'io/graph', inputs: { graph_id: graphId } },
        { id: 'either', block: 'logic/merge' },
        { id: 'list', block: 'list/collect' },
        { id: 'out', block: 'io/output', inputs: { name: 'all' } },
      ],
      links: [
        { from: 'child.yes', to: 'either.a' },
        { from: 'child.no', to: 'either.b' },
        { from: 'either.values', to: 'list.item' },
        { from: 'list.list', to: 'out.value' },
      ],
    }
    const end = await readEnd(await start(await create('Around', document)))
    expect(end).toMatchObject({ status: 'COMPLETED', outputs: { all: [[['small'], [2], [3]]] } })
  })

  it('reports no failures', () => {
    expect(runtime.failures).toEqual([])
  })

  it('fails at a depth of more than 16', async () => {
    let graphId = await create('Level 0', wait(0))
    let output = 'message'
    for (let level = 1; level <= 17; level++) {
      graphId = await create(`Level ${level}`, around(graphId, output))
      output = 'result'
    }
    const end = await readEnd(await start(graphId))
    expect(end).toMatchObject({ status: 'FAILED', reason: { code: 'DEPTH_EXCEEDED' } })
  })
})

it('starts a child although its account has as many executions as its quota allows', async () => {
  const { id: ownerId } = await runtime.users.create('Bob')
  await runtime.quotas.setQuota(ownerId, { concurrentExecutions: 1, executionsPerHour: 1 })
  const child = await runtime.graphs.create(ownerId, { name: 'Child', document: wait(0) })
  const parent = await runtime.graphs.create(ownerId, { name: 'Parent', document: around(child.id, 'message') })
  const { id } = await runtime.executions.start(ownerId, { graphId: parent.id, inputs: {} })
  expect(await runtime.executions.waitForEnd(ownerId, id, 20_000)).toMatchObject({ status: 'COMPLETED' })
})
