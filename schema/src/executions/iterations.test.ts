import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { graphql, parse, subscribe, type ExecutionResult } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeGlobalId } from '../base/global-ids.ts'
import { buildContext, buildSchema } from '../index.ts'

const schema = buildSchema()
let runtime: TestRuntime
/** Global id of an execution with a loop over rows and one over their cells. */
let id: string

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
  const graph = await runtime.graphs.create(runtime.ownerId, { name: 'Nested', document: DOCUMENT })
  const inputs = { rows: [[1, 2], [], [3]] }
  const execution = await runtime.executions.start(runtime.ownerId, { graphId: graph.id, inputs })
  id = encodeGlobalId('Execution', execution.id)
  const ended = await runtime.executions.waitForEnd(runtime.ownerId, execution.id, 30_000)
  expect(ended.status).toBe('COMPLETED')
})
afterAll(() => runtime.close())

type Json = Record<string, any> // oxlint-disable-line no-explicit-any -- results are compared as JSON

async function createContext() {
  const user = (await runtime.accounts.find([runtime.ownerId])).get(runtime.ownerId)
  if (!user) throw new Error('no such user')
  return buildContext({ runtime, user })
}

async function query(selection: string): Promise<Json> {
  const source = `query ($id: ID!) { execution(id: $id) { ${selection} } }`
  const { data, errors } = await graphql({ schema, source, variableValues: { id }, contextValue: await createContext() })
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
    const variableValues = { id, tag: 'rows.1[2]/cells.3[0]' }
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
