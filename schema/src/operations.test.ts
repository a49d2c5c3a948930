import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { execute, parse, subscribe, validate, type ExecutionResult } from 'graphql'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildSchema, buildContext } from './index.ts'

const schema = buildSchema()
let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())
afterEach(() => vi.restoreAllMocks())

async function getContext(userId = runtime.ownerId) {
  const user = (await runtime.accounts.find([userId])).get(userId)
  if (!user) throw new Error('no such user')
  return buildContext({ runtime, user })
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

const CREATE = `mutation ($name: String!, $document: JSON!) { createGraph(input: { name: $name, document: $document }) {
  ... on Graph { id name activeVersion { number inputSchema outputSchema capabilities { kind detail } } }
  ... on Error { code message path } ... on InvalidInputError { faults { path message } } } }`

async function createHello(name = 'Hello'): Promise<string> {
  return (await run(CREATE, { name, document: HELLO })).createGraph.id
}

async function follow(executionId: string, after = 0): Promise<Json[]> {
  const document =
    parse(`subscription ($id: ID!, $after: Int) { executionEvents(executionId: $id, after: $after) { seq at __typename
    ... on NodeOutput { node pin value } ... on ExecutionFinished { status outputs } } }`)
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
    const { createGraph } = await run(CREATE, { name: 'Hello', document: HELLO })
    expect(createGraph).toMatchObject({
      name: 'Hello',
      activeVersion: {
        number: 1,
        capabilities: [],
        inputSchema: { type: 'object', required: ['name'], properties: { name: {} } },
        outputSchema: { properties: { greeting: { type: 'array' } } },
      },
    })
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
    const { createGraph } = await run(CREATE, { name: 'Broken', document })
    expect(createGraph).toMatchObject({ code: 'GRAPH_INVALID', path: ['document'] })
    expect(createGraph.faults.map(({ path }: Json) => path)).toEqual([
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
    expect((await run(CREATE, { name: 'X', document: { nodes: 'none' } })).createGraph).toMatchObject({
      code: 'BAD_INPUT',
      faults: [{ path: 'nodes' }],
    })
    expect((await run(CREATE, { name: ' ', document: HELLO })).createGraph).toMatchObject({ code: 'BAD_INPUT' })
  })

  it('accept a new version only if it is based on the newest one', async () => {
    const graphId = await createHello()
    const save = `mutation ($id: ID!, $n: Int!, $document: JSON!) { saveGraphVersion(input: { graphId: $id, basedOn: $n, document: $document }) {
      ... on Graph { activeVersion { number } versions { totalCount edges { node { number } } } } ... on Error { code message } } }`
    expect((await run(save, { id: graphId, n: 1, document: HELLO })).saveGraphVersion).toEqual({
      activeVersion: { number: 2 },
      versions: { totalCount: 2, edges: [{ node: { number: 2 } }, { node: { number: 1 } }] },
    })
    expect((await run(save, { id: graphId, n: 1, document: HELLO })).saveGraphVersion).toMatchObject({ code: 'VERSION_CONFLICT' })
  })

  it('can be activated, forked, exported, imported and deleted', async () => {
    const graphId = await createHello('Original')
    await run(
      `mutation ($id: ID!, $document: JSON!) { saveGraphVersion(input: { graphId: $id, basedOn: 1, document: $document }) { __typename } }`,
      { id: graphId, document: HELLO },
    )
    const activate = `mutation ($id: ID!, $n: Int!) { activateGraphVersion(input: { graphId: $id, version: $n }) { ... on Graph { activeVersion { number } } ... on Error { code } } }`
    expect(await run(activate, { id: graphId, n: 1 })).toEqual({ activateGraphVersion: { activeVersion: { number: 1 } } })
    expect(await run(activate, { id: graphId, n: 9 })).toEqual({ activateGraphVersion: { code: 'NOT_FOUND' } })
    const fork = await run(
      `mutation ($id: ID!) { forkGraph(input: { graphId: $id }) { ... on Graph { id name forkedFrom { number } } } }`,
      { id: graphId },
    )
    expect(fork.forkGraph).toMatchObject({ name: 'Original (copy)', forkedFrom: { number: 1 } })
    const imported = await run(
      `mutation ($file: JSON!) { importGraph(input: { file: $file }) { ... on Graph { name activeVersion { document } } } }`,
      {
        file: { name: 'Imported', document: HELLO },
      },
    )
    expect(imported.importGraph).toMatchObject({ name: 'Imported', activeVersion: { document: { links: HELLO.links } } })
    await run(`mutation ($id: ID!) { deleteGraph(input: { graphId: $id }) { __typename } }`, { id: graphId })
    expect(await run(`query ($id: ID!) { graph(id: $id) { name } node(id: $id) { id } }`, { id: graphId })).toEqual({
      graph: null,
      node: null,
    })
  })

  it('of another user are answered like unknown ids', async () => {
    const graphId = await createHello()
    const stranger = await runtime.database.pool.query<{ id: string }>(
      `insert into user_account values (gen_random_uuid(), 'Stranger', 'MEMBER', now()) returning id`,
    )
    const contextValue = await getContext(stranger.rows[0]?.id)
    const document = parse(`query ($id: ID!) { graph(id: $id) { name } node(id: $id) { id } graphs { totalCount } }`)
    expect(await execute({ schema, document, variableValues: { id: graphId }, contextValue })).toEqual({
      data: { graph: null, node: null, graphs: { totalCount: 0 } },
    })
    const start = parse(`mutation ($id: ID!) { startExecution(input: { graphId: $id }) { ... on Error { code } } }`)
    expect(await execute({ schema, document: start, variableValues: { id: graphId }, contextValue })).toEqual({
      data: { startExecution: { code: 'NOT_FOUND' } },
    })
  })

  it('are listed with a constant number of queries', async () => {
    await Promise.all(Array.from({ length: 12 }, (_, i) => createHello(`Listed ${i}`)))
    const source = `query ($first: Int) { graphs(first: $first) { totalCount edges { node { name activeVersion { number inputSchema } } } } }`
    expect(await countStatements(() => run(source, { first: 12 }))).toBe(await countStatements(() => run(source, { first: 2 })))
  })
})

const START = `mutation ($id: ID!, $inputs: JSON) { startExecution(input: { graphId: $id, inputs: $inputs }) {
  ... on Execution { id status } ... on Error { code message } ... on InvalidInputError { faults { path message } } } }`

describe('executions', () => {
  it('run a graph from mutation to subscription', async () => {
    const graphId = await createHello()
    const { startExecution } = await run(START, { id: graphId, inputs: { name: 'Ada' } })
    expect(startExecution.status).toBe('QUEUED')
    const events = await follow(startExecution.id)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1))
    expect(events.at(-1)).toMatchObject({
      __typename: 'ExecutionFinished',
      status: 'COMPLETED',
      outputs: { greeting: ['Hello Ada!'] },
    })
    expect(await follow(startExecution.id, 3)).toEqual(events.slice(3))
    const source = `query ($id: ID!) { execution(id: $id) { status outputs failedNodes reason { code } graph { id } version { number }
      events(first: 2, after: "1") { totalCount pageInfo { hasNextPage endCursor } edges { node { seq } } }
      nodeExecutions { totalCount edges { node { node number status attempt inputs missingPins outputs { pin value } error { code } } } } } }`
    const { execution } = await run(source, { id: startExecution.id })
    expect(execution).toMatchObject({
      status: 'COMPLETED',
      failedNodes: [],
      reason: null,
      graph: { id: graphId },
      version: { number: 1 },
      events: {
        totalCount: events.length,
        pageInfo: { hasNextPage: true, endCursor: '3' },
        edges: [{ node: { seq: 2 } }, { node: { seq: 3 } }],
      },
      nodeExecutions: { totalCount: 3 },
    })
    expect(execution.nodeExecutions.edges[1].node).toEqual({
      node: 'greet',
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
    expect(startExecution).toMatchObject({ code: 'INPUTS_INVALID', faults: [{ path: 'inputs.name' }, { path: 'inputs.nmae' }] })
    expect((await run(START, { id: graphId, inputs: 'Ada' })).startExecution).toMatchObject({ code: 'INPUTS_INVALID' })
  })

  it('reject an invalid graph id', async () => {
    expect((await run(START, { id: 'garbage' })).startExecution).toMatchObject({
      code: 'BAD_INPUT',
      message: 'graphId must be the id of a Graph, got "garbage"',
    })
  })

  it('release a subscriber that leaves while no event arrives', async () => {
    const document = { nodes: [{ id: 'wait', block: 'time/countdown', inputs: { seconds: 30 } }] }
    const graphId = (await run(CREATE, { name: 'Wait', document })).createGraph.id
    const { startExecution } = await run(START, { id: graphId })
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
    const graphId = (await run(CREATE, { name: 'Wait', document })).createGraph.id
    const { startExecution } = await run(START, { id: graphId })
    const cancel = `mutation ($id: ID!) { cancelExecution(input: { executionId: $id }) { ... on Execution { status reason { code } } ... on Error { code } } }`
    const events = follow(startExecution.id)
    expect(await run(cancel, { id: startExecution.id })).toEqual({
      cancelExecution: { status: 'CANCELLED', reason: { code: 'CANCELLED' } },
    })
    expect((await events).at(-1)).toMatchObject({ __typename: 'ExecutionFinished', status: 'CANCELLED' })
    expect(await run(cancel, { id: startExecution.id })).toEqual({ cancelExecution: { code: 'EXECUTION_FINISHED' } })
  })

  it('that failed can be retried and replayed with other inputs', async () => {
    const document = {
      nodes: [
        { id: 'get', block: 'list/get', inputs: { list: ['a', 'b'], index: 5 } },
        { id: 'out', block: 'io/output', inputs: { name: 'item' } },
      ],
      links: [{ from: 'get.item', to: 'out.value' }],
    }
    const graphId = (await run(CREATE, { name: 'Fails', document })).createGraph.id
    const failed = (await run(START, { id: graphId })).startExecution.id
    expect((await follow(failed)).at(-1)).toMatchObject({ status: 'FAILED' })
    const result = `... on Execution { id origin { id } } ... on Error { code message }`
    const retry = `mutation ($id: ID!) { retryExecution(input: { executionId: $id }) { ${result} } }`
    const { retryExecution } = await run(retry, { id: failed })
    expect(retryExecution.origin.id).toBe(failed)
    expect((await follow(retryExecution.id)).at(-1)).toMatchObject({ status: 'FAILED' })
    const replay = `mutation ($id: ID!, $inputs: JSON) { replayExecution(input: { executionId: $id, node: "get", inputs: $inputs }) { ${result} } }`
    const { replayExecution } = await run(replay, { id: failed, inputs: { list: ['a', 'b'], index: -1 } })
    expect((await follow(replayExecution.id)).at(-1)).toMatchObject({ status: 'COMPLETED', outputs: { item: ['b'] } })
    expect((await run(retry, { id: replayExecution.id })).retryExecution).toMatchObject({ code: 'CONFLICT' })
  })

  it('of a single block have no graph', async () => {
    const source = `mutation ($block: String!, $inputs: JSON) { runBlock(input: { block: $block, inputs: $inputs }) {
      ... on Execution { id graph { id } } ... on InvalidInputError { code faults { path } } } }`
    const { runBlock } = await run(source, { block: 'text/replace', inputs: { text: 'a-b', old: '-', new: '+' } })
    expect(runBlock.graph).toBeNull()
    expect(await follow(runBlock.id)).toContainEqual(
      expect.objectContaining({ __typename: 'NodeOutput', pin: 'output', value: 'a+b' }),
    )
    expect((await run(source, { block: 'text/replace', inputs: {} })).runBlock).toMatchObject({ code: 'GRAPH_INVALID' })
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
    const { createGraph } = await run(CREATE, { name: 'Visits', document })
    expect(createGraph.activeVersion.capabilities).toEqual([
      { kind: 'storage', detail: 'graph' },
      { kind: 'storage', detail: 'user' },
    ])
    for (const visits of [1, 2]) {
      const { startExecution } = await run(START, { id: createGraph.id })
      expect((await follow(startExecution.id)).at(-1)).toMatchObject({ status: 'COMPLETED', outputs: { visits: [visits] } })
    }
  })

  it('are listed with a constant number of queries', async () => {
    const graphId = await createHello()
    for (let i = 0; i < 6; i++) await run(START, { id: graphId, inputs: { name: `${i}` } })
    const source = `query ($first: Int) { executions(first: $first) { edges { node { status graph { name activeVersion { number } } version { number } } } } }`
    expect(await countStatements(() => run(source, { first: 6 }))).toBe(await countStatements(() => run(source, { first: 2 })))
  })
})

describe('plugins', () => {
  it('and their blocks can be listed, found and searched', async () => {
    const { plugins, block, blocks, none } = await run(`{
      plugins(first: 100) { totalCount edges { node { name status error { code } digest blocks { name } } } }
      block(name: "text/replace") { id uuid name category kind inputs { name required schema } outputs { name } plugin { packageName } }
      blocks(first: 2, search: "replace", category: "text") { totalCount edges { node { name } } }
      none: block(name: "no/such") { id } }`)
    expect(plugins.totalCount).toBe(11)
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
    const source = 'query ($category: String) { blocks(category: $category) { edges { node { name } } } }'
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
      message: 'argument "first" must be 1 to 100, got 101',
    })
  })
})

/** Counts the statements that `work` sends through the ORM. The statements of the worker do not match. */
async function countStatements(work: () => Promise<unknown>): Promise<number> {
  const query = vi.spyOn(pg.Client.prototype, 'query')
  await work()
  const count = query.mock.calls.filter(([statement]) => /^select .* from "/.test(toSql(statement))).length
  query.mockRestore()
  expect(count).toBeGreaterThan(0)
  return count
}

function toSql(statement: unknown): string {
  return typeof statement === 'string' ? statement : String((statement as { text?: string }).text)
}
