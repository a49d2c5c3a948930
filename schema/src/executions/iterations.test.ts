import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { graphql, parse, subscribe, type ExecutionResult } from 'graphql'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { encodeGlobalId } from '../base/global-ids.ts'
import { buildContext, buildSchema } from '../index.ts'

const schema = buildSchema()
let runtime: TestRuntime
/** An execution with a loop over rows and one over their cells. */
let nested: string

const DOCUMENT = {
  nodes: [
    { id: 'in', block: 'io/input', inputs: { name: 'rows' } },
    { id: 'rows', block: 'loop/for-each' },
    { id: 'cells', block: 'loop/for-each' },
    { id: 'double', block: 'math/calculate', inputs: { operation: 'Multiply', b: 2 } },
    { id: 'row', block: 'list/collect' },
    { id: 'all', block: 'list/collect' },
    { id: 'out', block: 'io/output', inputs: { name: 'all' } },
  ],
  links: [
    { from: 'in.result', to: 'rows.items' },
    { from: 'rows.item', to: 'cells.items' },
    { from: 'cells.item', to: 'double.a' },
    { from: 'double.result', to: 'row.item' },
    { from: 'row.list', to: 'all.item' },
    { from: 'all.list', to: 'out.value' },
  ],
}

beforeAll(async () => {
  runtime = await createTestRuntime()
  nested = await run(DOCUMENT.nodes, DOCUMENT.links, { rows: [[1, 2], [], [3]] })
})
afterAll(() => runtime.close())

type Json = Record<string, any> // oxlint-disable-line no-explicit-any -- results are compared as JSON

async function createContext() {
  const user = (await runtime.users.find([runtime.ownerId])).get(runtime.ownerId)
  if (!user) throw new Error('no such user')
  return buildContext({ runtime, caller: await runtime.callers.ofUser(user) })
}

/** @returns the id of an execution */
async function start(nodes: object[], links: object[], inputs: object = {}): Promise<string> {
  const document = { nodes, links, onUnhandledError: 'CONTINUE' }
  const graph = await runtime.graphs.create(runtime.ownerId, { name: 'Loops', document })
  return (await runtime.executions.start(runtime.ownerId, { graphId: graph.id, inputs })).id
}

async function run(nodes: object[], links: object[], inputs: object = {}): Promise<string> {
  const id = await start(nodes, links, inputs)
  expect((await runtime.executions.waitForEnd(runtime.ownerId, id, 30_000)).status).toBe('COMPLETED')
  return id
}

async function query(selection: string, executionId = nested): Promise<Json> {
  const source = `query ($id: ID!) { execution(id: $id) { ${selection} } }`
  const variableValues = { id: encodeGlobalId('Execution', executionId) }
  const { data, errors } = await graphql({ schema, source, variableValues, contextValue: await createContext() })
  expect(errors).toBeUndefined()
  return (data as { execution: Json }).execution
}

const nodes = (connection: Json): Json[] => connection.edges.map(({ node }: Json) => node)

describe('node executions', () => {
  it('have the iterations to which they belong', async () => {
    const { nodeExecutions } = await query(`nodeExecutions(filter: { nodeId: "double" }) { edges { node {
      tag iteration { index of { nodeId number tag } } dead deadPins inputs } } }`)
    const inner = (number: number, row: number) => ({ nodeId: 'cells', number, tag: `rows.1[${row}]` })
    const alive = { dead: false, deadPins: [] }
    const inputs = (a: number) => ({ inputs: { operation: 'Multiply', a, b: 2 } })
    expect(nodes(nodeExecutions).toSorted((a, b) => a.inputs.a - b.inputs.a)).toEqual([
      { tag: 'rows.1[0]/cells.1[0]', iteration: { index: 0, of: inner(1, 0) }, ...alive, ...inputs(1) },
      { tag: 'rows.1[0]/cells.1[1]', iteration: { index: 1, of: inner(1, 0) }, ...alive, ...inputs(2) },
      { tag: 'rows.1[2]/cells.3[0]', iteration: { index: 0, of: inner(3, 2) }, ...alive, ...inputs(3) },
    ])
  })

  it('outside of loops have no iteration', async () => {
    const { nodeExecutions } = await query(`nodeExecutions(filter: { nodeId: "all" }) { edges { node {
      tag iteration { index } inputs } } }`)
    expect(nodes(nodeExecutions)).toEqual([
      {
        tag: '',
        iteration: null,
        inputs: { item: [[2, 4], [], [6]], loop: { iterations: 3, dropped: 0, failure: null } },
      },
    ])
  })

  it.each([
    ['rows.1[0]', ['cells', 'double', 'double', 'row']],
    ['rows.1[0]/cells.1[1]', ['double']],
    ['rows.1[1]', ['cells', 'row']],
    ['rows.1[3]', []],
    ['rows.1[', []],
    ['cells.1[0]', []],
  ])('are filtered by the iteration %s', async (tag, expected) => {
    const { nodeExecutions } = await query(`nodeExecutions(filter: { tag: "${tag}" }) { totalCount edges { node { nodeId } } }`)
    expect(nodes(nodeExecutions).map(({ nodeId }) => nodeId)).toEqual(expected)
    expect(nodeExecutions.totalCount).toBe(expected.length)
  })

  it('are filtered by iteration, node and status together', async () => {
    const { nodeExecutions } =
      await query(`nodeExecutions(filter: { tag: "rows.1[0]", nodeId: "double", statuses: [COMPLETED] }) {
      totalCount }
      none: nodeExecutions(filter: { tag: "rows.1[0]", statuses: [FAILED] }) { totalCount }`)
    expect(nodeExecutions).toEqual({ totalCount: 2 })
  })
})

describe('events', () => {
  it.each(['ASC', 'DESC'])('are filtered by iteration, in pages, %s', async (direction) => {
    const found: Json[] = []
    for (let after: string | null = null, isMore = true; isMore;) {
      const { events } = await query(`events(first: 2, after: ${JSON.stringify(after)}, filter: { tag: "rows.1[1]" },
        orderBy: { field: SEQ, direction: ${direction} }) {
          totalCount pageInfo { hasNextPage endCursor } edges { node { seq __typename ... on NodeEvent { nodeId number } } } }`)
      expect(events.totalCount).toBe(8)
      found.push(...nodes(events))
      isMore = events.pageInfo.hasNextPage
      after = events.pageInfo.endCursor
    }
    expect(found.map(({ seq }) => seq)).toEqual(
      found.map(({ seq }) => seq).toSorted((a, b) => (direction === 'ASC' ? a - b : b - a)),
    )
    const inOrder = direction === 'ASC' ? found : found.toReversed()
    expect(inOrder.map(({ nodeId, __typename }) => `${nodeId} ${__typename}`)).toEqual([
      'cells NodeStarted',
      'cells NodeFinished',
      'row NodeStarted',
      ...Array.from({ length: 4 }, () => 'row NodeOutput'),
      'row NodeFinished',
    ])
  })

  it('are filtered by iteration and type', async () => {
    const { events } = await query(`events(filter: { tag: "rows.1[0]/cells.1[1]", types: [NODE_OUTPUT] }) {
      totalCount edges { node { ... on NodeOutput { value } } } }`)
    expect([events.totalCount, nodes(events)]).toEqual([1, [{ value: 4 }]])
  })

  it('are sent to subscribers by iteration', async () => {
    const source = `subscription ($id: ID!, $tag: String) { executionEvents(executionId: $id, tag: $tag) {
      __typename ... on NodeEvent { nodeId nodeExecution { tag } } } }`
    const variableValues = { id: encodeGlobalId('Execution', nested), tag: 'rows.1[2]/cells.3[0]' }
    const contextValue = await createContext()
    const results = (await subscribe({ schema, document: parse(source), variableValues, contextValue })) as AsyncGenerator<
      ExecutionResult<{ executionEvents: Json }>
    >
    const received: unknown[] = []
    for await (const { data, errors } of results) received.push(errors ?? data?.executionEvents)
    const nodeExecution = { tag: 'rows.1[2]/cells.3[0]' }
    expect(received).toEqual(
      ['NodeStarted', 'NodeOutput', 'NodeFinished'].map((__typename) => ({ __typename, nodeId: 'double', nodeExecution })),
    )
  })
})

describe('scopes', () => {
  const FIELDS = `number kind nodeId cycleNodeIds tag ended failure producer { nodeId number }
    progress { iterations alive done dropped failed }`

  it('are the loops in the order of their start', async () => {
    const { scopes } = await query(`scopes { totalCount edges { node { ${FIELDS} } } }`)
    expect(scopes.totalCount).toBe(4)
    const [rows, ...cells] = nodes(scopes)
    const ended = { kind: 'LOOP', cycleNodeIds: [], ended: true, failure: null }
    expect(rows).toEqual({
      ...ended,
      number: 1,
      nodeId: 'rows',
      tag: '',
      producer: { nodeId: 'rows', number: 1 },
      progress: { iterations: 3, alive: 0, done: 3, dropped: 0, failed: 0 },
    })
    const byTag = cells.toSorted((a, b) => a.tag.localeCompare(b.tag))
    expect(byTag.map(({ tag, progress }) => [tag, progress.iterations])).toEqual([
      ['rows.1[0]', 2],
      ['rows.1[1]', 0],
      ['rows.1[2]', 1],
    ])
  })

  it('are filtered, in pages and in both directions', async () => {
    const found = await query(`
      asc: scopes(first: 2) { pageInfo { hasNextPage endCursor } edges { node { number } } }
      desc: scopes(first: 3, orderBy: { field: STARTED, direction: DESC }) { edges { node { number } } }
      node: scopes(filter: { nodeId: "cells" }) { totalCount }
      tag: scopes(filter: { tag: "rows.1[0]" }) { totalCount }
      ended: scopes(filter: { ended: true }) { totalCount }
      running: scopes(filter: { ended: false }) { totalCount }`)
    const numbers = (connection: Json): number[] => nodes(connection).map(({ number }) => number)
    expect([numbers(found.asc), numbers(found.desc), found.asc.pageInfo.hasNextPage]).toEqual([[1, 2], [4, 3, 2], true])
    const totals = [found.node, found.tag, found.ended, found.running].map(({ totalCount }) => totalCount)
    expect(totals).toEqual([3, 1, 4, 0])
    const { scopes } = await query(`scopes(after: ${JSON.stringify(found.asc.pageInfo.endCursor)}) { edges { node { number } } }`)
    expect(numbers(scopes)).toEqual([3, 4])
  })

  it('count iterations that failed and that were dropped, and have the failure of their producer', async () => {
    const loop = await run(
      [
        { id: 'rows', block: 'loop/for-each', inputs: { items: [1, 0, 2, 4] } },
        { id: 'divide', block: 'math/calculate', inputs: { operation: 'Divide', a: 1 } },
        { id: 'all', block: 'list/collect' },
      ],
      [
        { from: 'rows.item', to: 'divide.b' },
        { from: 'divide.result', to: 'all.item' },
      ],
    )
    const { scopes } = await query(`scopes { edges { node { ${FIELDS} } } }`, loop)
    expect(nodes(scopes)).toMatchObject([{ ended: true, progress: { iterations: 4, done: 4, dropped: 1, failed: 1 } }])
  })

  it('are the cycles, with their turns', async () => {
    const cycle = await run(
      [
        { id: 'while', block: 'loop/while', inputs: { operator: '<', value: 3 } },
        { id: 'start', block: 'math/calculate', inputs: { operation: 'Add', a: 0, b: 0 } },
        { id: 'add', block: 'math/calculate', inputs: { operation: 'Add', b: 1 } },
        { id: 'last', block: 'list/last' },
      ],
      [
        { from: 'start.result', to: 'while.state' },
        { from: 'while.next', to: 'add.a' },
        { from: 'add.result', to: 'while.state' },
        { from: 'while.result', to: 'last.item' },
      ],
    )
    const { scopes } = await query(`scopes(filter: { nodeId: "add" }) { edges { node { ${FIELDS} } } }`, cycle)
    expect(nodes(scopes)).toEqual([
      {
        number: 1,
        kind: 'CYCLE',
        nodeId: null,
        producer: null,
        cycleNodeIds: ['while', 'add'],
        tag: '',
        ended: true,
        failure: null,
        progress: { iterations: 4, alive: 0, done: 4, dropped: 3, failed: 0 },
      },
    ])
    const { nodeExecutions } = await query(
      `nodeExecutions(filter: { tag: "cycle-1[2]" }) { edges { node { nodeId iteration { index of { nodeId } } } } }`,
      cycle,
    )
    expect(nodes(nodeExecutions)).toEqual(['while', 'add'].map((nodeId) => ({ nodeId, iteration: { index: 2, of: null } })))
  })

  it('of a running execution show what is alive', async () => {
    const waiting = await start(
      [
        { id: 'rows', block: 'loop/for-each', inputs: { items: [0, 60] } },
        { id: 'wait', block: 'time/wait' },
        { id: 'all', block: 'list/collect' },
      ],
      [
        { from: 'rows.item', to: 'wait.seconds' },
        { from: 'wait.value', to: 'all.item' },
      ],
    )
    await vi.waitFor(async () => {
      const { scopes } = await query(`scopes { edges { node { ended progress { iterations alive done dropped } } } }`, waiting)
      expect(nodes(scopes)).toEqual([{ ended: false, progress: { iterations: 2, alive: 1, done: 1, dropped: 0 } }])
    })
    await runtime.executions.cancel(runtime.ownerId, waiting)
    const { scopes } = await query(`scopes { edges { node { ended progress { alive done } } } }`, waiting)
    expect(nodes(scopes)).toEqual([{ ended: true, progress: { alive: 0, done: 2 } }])
  })
})
