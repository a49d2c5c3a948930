import { createTestRuntime, recordStatements, type TestRuntime } from '@ashlar/core/testing'
import { execute, parse, subscribe, validate, type ExecutionResult } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildSchema, buildContext } from './index.ts'

const schema = buildSchema()
let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())
async function getContext(userId = runtime.ownerId) {
  const user = (await runtime.users.find([userId])).get(userId)
  if (!user) throw new Error('no such user')
  return buildContext({ runtime, caller: await runtime.callers.ofUser(user) })
}

type Json = Record<string, any> // oxlint-disable-line no-explicit-any -- results are compared as JSON

async function run(source: string, variableValues: Record<string, unknown> = {}): Promise<Json> {
  const document = parse(source)
  expect(validate(schema, document)).toEqual([])
  const result = (await execute({ schema, document, variableValues, contextValue: await getContext() })) as ExecutionResult
  expect(result.errors).toBeUndefined()
  return result.data as Json
}

const HELLO = {
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

const ERRORS = 'errors { __typename code message path }'
const CREATE = `mutation ($input: CreateGraphInput!) { createGraph(input: $input) {
  graph { id name activeVersion { number inputSchema outputSchema capabilities { kind detail } } } graphEdge { cursor node { id } } ${ERRORS} } }`

async function createGraph(name: string, document: unknown): Promise<Json> {
  return (await run(CREATE, { input: { name, document: { json: document } } })).createGraph
}

async function createHello(name = 'Hello'): Promise<string> {
  return (await createGraph(name, HELLO)).graph.id
}

async function follow(executionId: string, after?: string): Promise<Json[]> {
  const document =
    parse(`subscription ($id: ID!, $after: ID) { executionEvents(executionId: $id, after: $after) { id seq at __typename
    ... on NodeOutput { nodeId pin value } ... on ExecutionFinished { status outputs } } }`)
  const stream = await subscribe({
    schema,
    document,
    variableValues: { id: executionId, after },
    contextValue: await getContext(),
  })
  const events: Json[] = []
  for await (const result of stream as AsyncIterable<ExecutionResult>) events.push((result.data as Json).executionEvents)
  return events
}

describe('graphs', () => {
  it('have the inputs and outputs of their INPUT and OUTPUT blocks', async () => {
    const { graph, graphEdge, errors } = await createGraph('Hello', HELLO)
    expect(graph).toMatchObject({
      name: 'Hello',
      activeVersion: {
        number: 1,
        capabilities: [],
        inputSchema: { type: 'object', required: ['name'], properties: { name: {} } },
        outputSchema: { properties: { greeting: { type: 'array' } } },
      },
    })
    const { graphs } = await run('{ graphs(first: 1) { edges { cursor node { id } } } }')
    expect(graphEdge).toEqual(graphs.edges[0])
    expect(errors).toEqual([])
  })

  it('are rejected with all faults and their paths', async () => {
    const document = {
      nodes: [
        { id: 'a', block: 'text/nothing' },
        { id: 'b', block: 'text/template', inputs: { nope: 1 } },
        { id: 'b', block: 'io/note', inputs: { text: 'x' } },
        { id: 'c', block: 'math/calculate', inputs: { operation: 'Guess', a: 1, b: 2 } },
      ],
      links: [
        { from: 'b.nope', to: 'c.a' },
        { from: 'z.output', to: 'b.values_#_x' },
      ],
    }
    const { graph, graphEdge, errors } = await createGraph('Broken', document)
    expect({ graph, graphEdge }).toEqual({ graph: null, graphEdge: null })
    expect(errors[0]).toMatchObject({ __typename: 'InvalidInputError', code: 'GRAPH_INVALID' })
    expect(errors[0].path).toEqual(['input', 'document', 'nodes', 'b'])
    expect(errors.map(({ path }: Json) => path.slice(2).join('.'))).toEqual([
      'nodes.b',
      'links.0.from',
      'links.1.from',
      'nodes.a.block',
      'nodes.b.inputs.nope',
      'nodes.b.inputs.format',
      'nodes.c.inputs.operation',
    ])
  })

  it('are rejected if the document is not a graph or the name is empty', async () => {
    expect((await createGraph('X', { nodes: 'none' })).errors).toMatchObject([
      { code: 'BAD_INPUT', path: ['input', 'document', 'nodes'] },
    ])
    expect((await createGraph(' ', HELLO)).errors).toMatchObject([{ code: 'BAD_INPUT', path: ['input', 'name'] }])
  })

  it('accept a new version only if it is based on the newest one', async () => {
    const graphId = await createHello()
    const save = `mutation ($input: SaveGraphVersionInput!) { saveGraphVersion(input: $input) {
      graph { activeVersion { number } versions { totalCount edges { node { number } } } } ${ERRORS} } }`
    const input = { graphId, basedOn: 1, document: HELLO }
    expect((await run(save, { input })).saveGraphVersion).toEqual({
      graph: {
        activeVersion: { number: 2 },
        versions: { totalCount: 2, edges: [{ node: { number: 2 } }, { node: { number: 1 } }] },
      },
      errors: [],
    })
    expect((await run(save, { input })).saveGraphVersion).toMatchObject({
      graph: null,
      errors: [{ __typename: 'ConflictError', code: 'VERSION_CONFLICT', path: ['input', 'basedOn'] }],
    })
  })

  it('can be activated, forked, exported, imported and deleted', async () => {
    const graphId = await createHello('Original')
    await run(`mutation ($input: SaveGraphVersionInput!) { saveGraphVersion(input: $input) { __typename } }`, {
      input: { graphId, basedOn: 1, document: HELLO },
    })
    const activate = `mutation ($id: ID!, $n: Int!) { activateGraphVersion(input: { graphId: $id, version: $n }) { graph { activeVersion { number } } errors { code } } }`
    expect(await run(activate, { id: graphId, n: 1 })).toEqual({
      activateGraphVersion: { graph: { activeVersion: { number: 1 } }, errors: [] },
    })
    expect(await run(activate, { id: graphId, n: 9 })).toEqual({
      activateGraphVersion: { graph: null, errors: [{ code: 'NOT_FOUND' }] },
    })
    const fork = await run(
      `mutation ($id: ID!) { forkGraph(input: { graphId: $id }) { graph { id name forkedFrom { number } } } }`,
      { id: graphId },
    )
    expect(fork.forkGraph.graph).toMatchObject({ name: 'Original (copy)', forkedFrom: { number: 1 } })
    const imported = await run(
      `mutation ($file: JSON!) { importGraph(input: { document: $file }) { graph { name activeVersion { outputSchema } } } }`,
      { file: { name: 'Imported', document: HELLO } },
    )
    expect(imported.importGraph.graph).toMatchObject({
      name: 'Imported',
      activeVersion: { outputSchema: { properties: { greeting: {} } } },
    })
    await run(`mutation ($id: ID!) { deleteGraphs(input: { graphIds: [$id] }) { __typename } }`, { id: graphId })
    expect(await run(`query ($id: ID!) { graph(id: $id) { name } node(id: $id) { id } }`, { id: graphId })).toEqual({
      graph: null,
      node: null,
    })
  })

  it('of another user are answered like unknown ids', async () => {
    const graphId = await createHello()
    const stranger = await runtime.users.create('Stranger')
    const contextValue = await getContext(stranger.id)
    const document = parse(`query ($id: ID!) { graph(id: $id) { name } node(id: $id) { id } graphs { totalCount } }`)
    expect(await execute({ schema, document, variableValues: { id: graphId }, contextValue })).toEqual({
      data: { graph: null, node: null, graphs: { totalCount: 0 } },
    })
    const start = parse(`mutation ($id: ID!) { startExecution(input: { graphId: $id }) { errors { code } } }`)
    expect(await execute({ schema, document: start, variableValues: { id: graphId }, contextValue })).toEqual({
      data: { startExecution: { errors: [{ code: 'NOT_FOUND' }] } },
    })
  })

  it('are listed with a constant number of queries', async () => {
    await Promise.all(Array.from({ length: 12 }, (_, i) => createHello(`Listed ${i}`)))
    const source = `query ($first: Int) { graphs(first: $first) { totalCount edges { node { name activeVersion { number inputSchema } } } } }`
    expect(await countStatements(() => run(source, { first: 12 }))).toBe(await countStatements(() => run(source, { first: 2 })))
  })
})

const START = `mutation ($id: ID!, $inputs: JSON) { startExecution(input: { graphId: $id, inputs: $inputs }) {
  execution { id status } ${ERRORS} } }`

/** Starts an execution that is expected to be valid. */
async function start(id: string, inputs?: unknown): Promise<Json> {
  return (await run(START, { id, inputs })).startExecution.execution
}

describe('executions', () => {
  it('run a graph from mutation to subscription', async () => {
    const graphId = await createHello()
    const startExecution = await start(graphId, { name: 'Ada' })
    expect(startExecution.status).toBe('QUEUED')
    const events = await follow(startExecution.id)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1))
    expect(events.at(-1)).toMatchObject({
      __typename: 'ExecutionFinished',
      status: 'COMPLETED',
      outputs: { greeting: ['Hello Ada!'] },
    })
    expect(await follow(startExecution.id, events[2]?.id)).toEqual(events.slice(3))
    const source = `query ($id: ID!, $after: String) { execution(id: $id) { status outputs failedNodes reason { code } graph { id } version { number }
      events(first: 2, after: $after) { totalCount pageInfo { hasNextPage endCursor } edges { node { seq } } }
      nodeExecutions { totalCount edges { node { nodeId number status attempt inputs missingPins outputs { pin value } error { code } } } } } }`
    const { execution } = await run(source, { id: startExecution.id, after: events[0]?.id })
    expect(execution).toMatchObject({
      status: 'COMPLETED',
      failedNodes: [],
      reason: null,
      graph: { id: graphId },
      version: { number: 1 },
      events: {
        totalCount: events.length,
        pageInfo: { hasNextPage: true, endCursor: events[2]?.id },
        edges: [{ node: { seq: 2 } }, { node: { seq: 3 } }],
      },
      nodeExecutions: { totalCount: 3 },
    })
    expect(execution.nodeExecutions.edges[1].node).toEqual({
      nodeId: 'greet',
      number: 1,
      status: 'COMPLETED',
      attempt: 1,
      missingPins: [],
      error: null,
      inputs: { format: 'Hello {{ name }}!', values: { name: 'Ada' } },
      outputs: [{ pin: 'output', value: 'Hello Ada!' }],
    })
  })

  it('are rejected with every invalid input', async () => {
    const graphId = await createHello()
    const { startExecution } = await run(START, { id: graphId, inputs: { nmae: 'Ada' } })
    expect(startExecution).toMatchObject({
      execution: null,
      errors: [
        { code: 'INPUTS_INVALID', path: ['input', 'inputs', 'name'] },
        { code: 'INPUTS_INVALID', path: ['input', 'inputs', 'nmae'] },
      ],
    })
    expect((await run(START, { id: graphId, inputs: 'Ada' })).startExecution.errors).toMatchObject([{ code: 'INPUTS_INVALID' }])
  })

  it('reject an invalid graph id', async () => {
    expect((await run(START, { id: 'garbage' })).startExecution.errors).toMatchObject([
      { code: 'BAD_INPUT', message: 'graphId must be an id of the type Graph, got "garbage"', path: ['input', 'graphId'] },
    ])
  })

  it('release a subscriber that leaves while no event arrives', async () => {
    const document = { nodes: [{ id: 'wait', block: 'time/countdown', inputs: { seconds: 30 } }] }
    const graphId = (await createGraph('Wait', document)).graph.id
    const startExecution = await start(graphId)
    const subscription = parse(`subscription ($id: ID!) { executionEvents(executionId: $id) { seq } }`)
    const options = {
      schema,
      document: subscription,
      variableValues: { id: startExecution.id },
      contextValue: await getContext(),
    }
    const stream = (await subscribe(options)) as AsyncGenerator<ExecutionResult>
    expect((await stream.next()).value).toMatchObject({ data: { executionEvents: { seq: 1 } } })
    for (const seq of [2, 3]) expect((await stream.next()).value).toMatchObject({ data: { executionEvents: { seq } } })
    const waiting = stream.next()
    expect(await stream.return(undefined)).toMatchObject({ done: true })
    expect(await waiting).toMatchObject({ done: true })
    await run(`mutation ($id: ID!) { cancelExecution(input: { executionId: $id }) { __typename } }`, { id: startExecution.id })
  })

  it('release a subscriber to blocksChanged that leaves while no event arrives', async () => {
    const stream = (await subscribe({
      schema,
      document: parse('subscription { blocksChanged { at plugins { packageName } } }'),
      contextValue: await getContext(),
    })) as AsyncGenerator<ExecutionResult>
    const waiting = stream.next()
    expect(await stream.return(undefined)).toMatchObject({ done: true })
    expect(await waiting).toMatchObject({ done: true })
  })

  it('can be cancelled once', async () => {
    const document = { nodes: [{ id: 'wait', block: 'time/countdown', inputs: { seconds: 30 } }] }
    const graphId = (await createGraph('Wait', document)).graph.id
    const startExecution = await start(graphId)
    const cancel = `mutation ($id: ID!) { cancelExecution(input: { executionId: $id }) { execution { status reason { code } } errors { code } } }`
    const events = follow(startExecution.id)
    expect(await run(cancel, { id: startExecution.id })).toEqual({
      cancelExecution: { execution: { status: 'CANCELLED', reason: { code: 'CANCELLED' } }, errors: [] },
    })
    expect((await events).at(-1)).toMatchObject({ __typename: 'ExecutionFinished', status: 'CANCELLED' })
    expect(await run(cancel, { id: startExecution.id })).toEqual({
      cancelExecution: { execution: null, errors: [{ code: 'EXECUTION_FINISHED' }] },
    })
  })

  it('that failed can be retried and replayed with other inputs', async () => {
    const document = {
      nodes: [
        { id: 'get', block: 'list/get', inputs: { list: ['a', 'b'], index: 5 } },
        { id: 'out', block: 'io/output', inputs: { name: 'item' } },
      ],
      links: [{ from: 'get.item', to: 'out.value' }],
    }
    const graphId = (await createGraph('Fails', document)).graph.id
    const failed = (await start(graphId)).id
    expect((await follow(failed)).at(-1)).toMatchObject({ status: 'FAILED' })
    const result = `execution { id origin { id } } ${ERRORS}`
    const retry = `mutation ($id: ID!) { retryExecution(input: { executionId: $id }) { ${result} } }`
    const { retryExecution } = await run(retry, { id: failed })
    expect(retryExecution.execution.origin.id).toBe(failed)
    expect((await follow(retryExecution.execution.id)).at(-1)).toMatchObject({ status: 'FAILED' })
    const replay = `mutation ($id: ID!, $inputs: JSON) { replayExecution(input: { executionId: $id, nodeId: "get", inputs: $inputs }) { ${result} } }`
    const { replayExecution } = await run(replay, { id: failed, inputs: { list: ['a', 'b'], index: -1 } })
    expect((await follow(replayExecution.execution.id)).at(-1)).toMatchObject({ status: 'COMPLETED', outputs: { item: ['b'] } })
    expect((await run(retry, { id: replayExecution.execution.id })).retryExecution.errors).toMatchObject([{ code: 'CONFLICT' }])
    const elsewhere = `mutation ($input: ReplayExecutionInput!) { replayExecution(input: $input) { ${result} } }`
    for (const [from, field] of [
      [{ nodeId: 'none' }, 'nodeId'],
      [{ nodeId: 'get', number: 2 }, 'number'],
    ] as const) {
      const { errors } = (await run(elsewhere, { input: { executionId: failed, ...from } })).replayExecution
      expect(errors).toMatchObject([{ code: 'NOT_FOUND', path: ['input', field] }])
    }
  })

  it('of a single block have no graph', async () => {
    const source = `mutation ($block: String!, $inputs: JSON) { runBlock(input: { block: $block, inputs: $inputs }) {
      execution { id graph { id } } ${ERRORS} } }`
    const { runBlock } = await run(source, { block: 'text/replace', inputs: { text: 'a-b', old: '-', new: '+' } })
    expect(runBlock.execution.graph).toBeNull()
    expect(await follow(runBlock.execution.id)).toContainEqual(
      expect.objectContaining({ __typename: 'NodeOutput', pin: 'output', value: 'a+b' }),
    )
    const invalid = await run(source, { block: 'text/replace', inputs: { text: 'a', new: 'b', neu: 'c' } })
    expect(invalid.runBlock.errors).toMatchObject([
      { code: 'GRAPH_INVALID', path: ['input', 'inputs', 'neu'] },
      { code: 'GRAPH_INVALID', path: ['input', 'inputs', 'old'] },
    ])
    expect((await run(source, { block: 'no/block' })).runBlock.errors).toMatchObject([{ path: ['input', 'block'] }])
    expect((await run(source, { block: 'text/replace', inputs: 3 })).runBlock.errors).toMatchObject([
      { path: ['input', 'inputs'] },
    ])
  })

  it('read values that earlier executions have stored', async () => {
    const document = {
      nodes: [
        { id: 'visits', block: 'storage/retrieve', inputs: { key: 'visits', default_value: 0 } },
        { id: 'add', block: 'math/calculate', inputs: { operation: 'Add', b: 1 } },
        { id: 'keep', block: 'storage/persist', inputs: { key: 'visits' } },
        { id: 'out', block: 'io/output', inputs: { name: 'visits' } },
      ],
      links: [
        { from: 'visits.value', to: 'add.a' },
        { from: 'add.result', to: 'keep.value' },
        { from: 'keep.value', to: 'out.value' },
      ],
    }
    const { graph } = await createGraph('Visits', document)
    expect(graph.activeVersion.capabilities).toEqual([
      { kind: 'STORAGE', detail: 'graph' },
      { kind: 'STORAGE', detail: 'user' },
    ])
    for (const visits of [1, 2]) {
      const startExecution = await start(graph.id)
      expect((await follow(startExecution.id)).at(-1)).toMatchObject({ status: 'COMPLETED', outputs: { visits: [visits] } })
    }
  })

  it('are listed with a constant number of queries', async () => {
    const graphId = await createHello()
    for (let i = 0; i < 6; i++) await start(graphId, { name: `${i}` })
    const source = `query ($first: Int) { executions(first: $first) { edges { node { status graph { name activeVersion { number } } version { number } } } } }`
    expect(await countStatements(() => run(source, { first: 6 }))).toBe(await countStatements(() => run(source, { first: 2 })))
  })
})

describe('plugins', () => {
  it('and their blocks can be listed, found and searched', async () => {
    const { plugins, block, blocks, none } = await run(`{
      plugins(first: 100) { totalCount edges { node { name status error { code } digest blocks { totalCount } } } }
      block(name: "text/replace") { id uuid name category kind inputs { name required schema } outputs { name } plugin { packageName } }
      blocks(first: 2, filter: { text: "replace", category: "text" }) { totalCount edges { node { name } } }
      none: block(name: "no/such") { id } }`)
    expect(plugins.totalCount).toBeGreaterThanOrEqual(13)
    expect(plugins.edges.every(({ node }: Json) => node.status === 'LOADED' && /^[0-9a-f]{64}$/.test(node.digest))).toBe(true)
    expect(block).toMatchObject({
      uuid: '7e7c87ab-3469-4bcc-9abe-67705091b713',
      kind: 'STANDARD',
      plugin: { packageName: '@ashlar/plugin-text' },
      inputs: [{ name: 'text', required: true, schema: { type: 'string' } }, { name: 'old' }, { name: 'new' }],
      outputs: [{ name: 'output' }],
    })
    expect(await run(`query ($id: ID!) { node(id: $id) { ... on Block { name } } }`, { id: block.id })).toEqual({
      node: { name: 'text/replace' },
    })
    expect(blocks.edges.map(({ node }: Json) => node.name)).toContain('text/replace')
    expect(none).toBeNull()
  })

  it('blocks are found by each of their categories, ignoring case', async () => {
    const bundle = `const { defineBlock, definePlugin } = require('@ashlar/sdk'), { z } = require('zod')
      module.exports.default = definePlugin({ name: 'grouped', blocks: [defineBlock({
        id: 'dededede-0000-4000-8000-000000000001', name: 'one', description: '', category: 'Odd', categories: ['Even more'],
        tests: [], input: z.object({}), output: z.object({}), *run() {} })] })`
    await runtime.devPlugins.set(runtime.ownerId, { packageName: 'grouped', version: '1.0.0', bundle })
    const source = 'query ($category: String) { blocks(filter: { category: $category }) { edges { node { name } } } }'
    for (const category of ['Odd', 'ODD', 'even more'])
      expect(await run(source, { category })).toEqual({ blocks: { edges: [{ node: { name: 'grouped/one' } }] } })
    expect(await run(source, { category: 'even' })).toEqual({ blocks: { edges: [] } })
    await runtime.devPlugins.remove(runtime.ownerId, 'grouped')
  })

  it('lists are paged forward, with at most 100 items per page', async () => {
    const source = `query ($after: String, $first: Int) { blocks(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } edges { node { name } } } }`
    const names: string[] = []
    for (let after: string | null = null, more = true; more;) {
      const page: Json = (await run(source, { after, first: 30 })).blocks
      names.push(...page.edges.map(({ node }: Json) => node.name as string))
      after = page.pageInfo.endCursor
      more = page.pageInfo.hasNextPage
    }
    expect(new Set(names).size).toBe(runtime.plugins.blocks().length)
    const result = (await execute({
      schema,
      document: parse('{ blocks(first: 101) { totalCount } }'),
      contextValue: await getContext(),
    })) as ExecutionResult
    expect(result.errors?.[0]?.cause).toMatchObject({
      code: 'BAD_INPUT',
      message: 'argument "first" must be 0 to 100, got 101',
    })
  })
})

async function countStatements(work: () => Promise<unknown>): Promise<number> {
  const { length } = await recordStatements(work)
  expect(length).toBeGreaterThan(0)
  return length
}
