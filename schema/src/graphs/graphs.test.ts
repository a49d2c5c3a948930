import { createTestRuntime, recordStatements, type TestRuntime } from '@ashlar/core/testing'
import { execute, parse, validate, type ExecutionResult } from 'graphql'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildSchema, buildContext } from '../index.ts'

const schema = buildSchema()
let runtime: TestRuntime
let stranger: string
beforeAll(async () => {
  runtime = await createTestRuntime()
  stranger = (await runtime.users.create('Stranger')).id
})
afterAll(() => runtime.close())

type Json = Record<string, any> // oxlint-disable-line no-explicit-any -- results are compared as JSON

async function ask(source: string, variableValues: object = {}, userId = runtime.ownerId): Promise<ExecutionResult<Json>> {
  const document = parse(source)
  expect(validate(schema, document)).toEqual([])
  const user = (await runtime.users.find([userId])).get(userId)
  if (!user) throw new Error('no such user')
  const contextValue = buildContext({ runtime, caller: await runtime.callers.ofUser(user) })
  return (await execute({ schema, document, variableValues: { ...variableValues }, contextValue })) as ExecutionResult<Json>
}

async function run(source: string, variableValues: object = {}, userId = runtime.ownerId): Promise<Json> {
  const { data, errors } = await ask(source, variableValues, userId)
  expect(errors).toBeUndefined()
  return data as Json
}

const ERRORS = 'errors { __typename code message path }'
const CREATE = `mutation ($input: CreateGraphInput!) { createGraph(input: $input) {
  graph { id name labels activeVersion { id number } } graphEdge { cursor node { id } } ${ERRORS} } }`
const create = async (input: object = {}, userId = runtime.ownerId): Promise<Json> =>
  (await run(CREATE, { input: { name: 'Test', document: { nodes: [] }, ...input } }, userId)).createGraph

describe('a typed document', () => {
  const DOCUMENT = `nodes {
    nodeId block inputs title position { x y } timeoutMs retry { attempts backoffMs jitter } credentials
    loop { concurrency ratePerSecond window budget } scope
  } links { from to carry } settings { onUnhandledError concurrency pairing budget } json`
  const HELLO = `{
    nodes: [
      { id: "name", block: "io/input", inputs: { name: "name" }, position: { x: -1.5, y: 2 } },
      { id: "greet", block: "text/template", inputs: { format: "Hello {{ name }}!", values: { big: 9007199254740993 } },
        title: "Greet", timeoutMs: 1000, retry: { attempts: 2, jitter: null } },
      { id: "out", block: "io/output", inputs: { name: "greeting" } }
    ],
    links: [{ from: "name.result", to: "greet.values_#_name" }, { from: "greet.output", to: "out.value" }],
    settings: { concurrency: 2, pairing: FIFO } }`

  it('is written as GraphQL, and returned with its typed fields and as JSON', async () => {
    const { createGraph } = await run(`mutation { createGraph(input: { name: "Hello", document: ${HELLO} }) {
      graph { activeVersion { document { ${DOCUMENT} } inputSchema } } ${ERRORS} } }`)
    expect(createGraph.errors).toEqual([])
    const { document, inputSchema } = createGraph.graph.activeVersion
    expect(inputSchema.required).toEqual(['name'])
    expect(document.nodes[1]).toEqual({
      nodeId: 'greet',
      block: 'text/template',
      inputs: { format: 'Hello {{ name }}!', values: { big: 9007199254740993n } },
      title: 'Greet',
      position: null,
      timeoutMs: 1000,
      retry: { attempts: 2, backoffMs: 1000, jitter: 0.2 },
      credentials: null,
      loop: null,
      scope: null,
    })
    expect(document.nodes[0].position).toEqual({ x: -1.5, y: 2 })
    expect(document.settings).toEqual({ onUnhandledError: 'FAIL', concurrency: 2, pairing: 'FIFO', budget: 10_000 })
    expect(document.links).toEqual(document.json.links.map((link: Json) => ({ ...link, carry: false })))
    expect(document.json).toMatchObject({ concurrency: 2, nodes: [{ id: 'name' }, { id: 'greet' }, { id: 'out' }] })
  })

  it('is the same after its typed fields are read and written', async () => {
    const source = `query ($id: ID!) { graph(id: $id) { activeVersion { document { ${DOCUMENT} } } } }`
    const read = async (id: string) => (await run(source, { id })).graph.activeVersion.document
    const { createGraph } = await run(`mutation { createGraph(input: { name: "Hello", document: ${HELLO} }) { graph { id } } }`)
    const { json, ...document } = await read(createGraph.graph.id)
    const again = await create({
      document: JSON.parse(JSON.stringify(document, (_key, value) => (typeof value === 'bigint' ? 1 : value))),
    })
    expect(again.errors).toEqual([])
    const expected = JSON.parse(JSON.stringify(json, (_key, value) => (typeof value === 'bigint' ? 1 : value)))
    expect((await read(again.graph.id)).json).toEqual(expected)
  })

  it('has the options of loops, scopes and carried values', async () => {
    const document = `{
      nodes: [
        { id: "rows", block: "loop/for-each", inputs: { items: [[1], [2]] }, loop: { concurrency: 1, ratePerSecond: 0.5 } },
        { id: "cells", block: "loop/for-each" },
        { id: "sum", block: "math/calculate", inputs: { operation: "Add", a: 0 } },
        { id: "all", block: "list/collect", scope: "rows" }
      ],
      links: [
        { from: "rows.item", to: "cells.items" },
        { from: "cells.item", to: "sum.b" },
        { from: "sum.result", to: "sum.a", carry: true },
        { from: "sum.result", to: "all.item", carry: false }
      ] }`
    const { createGraph } = await run(`mutation { createGraph(input: { name: "Loops", document: ${document} }) {
      graph { activeVersion { document { nodes { nodeId loop { concurrency ratePerSecond window budget } scope }
        links { to carry } settings { pairing } json } } } ${ERRORS} } }`)
    expect(createGraph.errors).toEqual([])
    const { nodes, links, settings, json } = createGraph.graph.activeVersion.document
    expect(nodes).toEqual([
      { nodeId: 'rows', loop: { concurrency: 1, ratePerSecond: 0.5, window: 1000, budget: 1_000_000 }, scope: null },
      { nodeId: 'cells', loop: null, scope: null },
      { nodeId: 'sum', loop: null, scope: null },
      { nodeId: 'all', loop: null, scope: 'rows' },
    ])
    expect(links.map(({ carry }: Json) => carry)).toEqual([false, false, true, false])
    expect(json.links.slice(2)).toEqual([
      { from: 'sum.result', to: 'sum.a', carry: true },
      { from: 'sum.result', to: 'all.item' },
    ])
    expect(settings).toEqual({ pairing: 'TAGGED' })
  })

  it('is rejected with the place of each fault', async () => {
    const document = {
      nodes: [{ id: 'greet', block: 'text/template', inputs: { nothing: 1, values: {} } }],
      settings: { budget: 0 },
    }
    const { graph, graphEdge, errors } = await create({ document })
    expect([graph, graphEdge]).toEqual([null, null])
    expect(errors.map(({ path }: Json) => path)).toEqual([
      ['input', 'document', 'settings', 'budget'],
      ['input', 'document', 'nodes', 'greet', 'inputs', 'nothing'],
      ['input', 'document', 'nodes', 'greet', 'inputs', 'format'],
    ])
    const { validateGraph } = await run(`query ($d: GraphDocumentInput!) { validateGraph(document: $d) { path } }`, {
      d: document,
    })
    expect(validateGraph.map(({ path }: Json) => ['input', 'document', ...path])).toEqual(errors.map(({ path }: Json) => path))
  })

  it('may have the stored form', async () => {
    const nodes = [{ id: 'note', block: 'io/note', inputs: { text: 'x' }, credentials: {} }]
    const { graph, errors } = await create({ document: { nodes, links: [], budget: 30, onUnhandledError: 'CONTINUE' } })
    expect(errors).toEqual([])
    const source = `query ($id: ID!) { graph(id: $id) { activeVersion { document { settings { budget onUnhandledError } } } } }`
    const { document } = (await run(source, { id: graph.id })).graph.activeVersion
    expect(document.settings).toEqual({ budget: 30, onUnhandledError: 'CONTINUE' })
  })

  it('keeps its pairing in a version that does not name one', async () => {
    const { graph } = await create({ document: { nodes: [], pairing: 'FIFO' } })
    const source = `mutation ($input: SaveGraphVersionInput!) { saveGraphVersion(input: $input) {
      graphVersion { document { settings { pairing } } } ${ERRORS} } }`
    const save = async (basedOn: number, document: object) =>
      (await run(source, { input: { graphId: graph.id, basedOn, document } })).saveGraphVersion.graphVersion.document.settings
    expect(await save(1, { nodes: [], settings: { budget: 3, pairing: null } })).toEqual({ pairing: 'FIFO' })
    expect(await save(2, { json: { nodes: [] } })).toEqual({ pairing: 'FIFO' })
    expect(await save(3, { nodes: [], settings: { pairing: 'TAGGED' } })).toEqual({ pairing: 'TAGGED' })
    expect(await save(4, { nodes: [] })).toEqual({ pairing: 'TAGGED' })
  })

  it('has either "json" or the other fields', async () => {
    const rejected = { errors: [{ code: 'BAD_INPUT', path: ['input', 'document'] }] }
    expect(await create({ document: { json: { nodes: [] }, nodes: [] } })).toMatchObject(rejected)
    expect(await create({ document: {} })).toMatchObject({
      errors: [{ code: 'BAD_INPUT', path: ['input', 'document', 'nodes'] }],
    })
    const named = { nodes: [{ id: 'a.b', block: 'text/template', timeoutMs: 0 }] }
    expect((await create({ document: named })).errors.map(({ path }: Json) => path)).toEqual([
      ['input', 'document', 'nodes', '0', 'id'],
      ['input', 'document', 'nodes', '0', 'timeoutMs'],
    ])
    const { errors } = await ask(`{ graphWarnings(document: { json: {}, links: [] }) { path } }`)
    expect(errors?.[0]?.cause).toMatchObject({ code: 'BAD_INPUT' })
  })
})

describe('a graph', () => {
  it('is created with labels, and is found by its edge', async () => {
    const { graph, graphEdge, errors } = await create({ name: 'Labelled', labels: ['a', ' b '] })
    expect(errors).toEqual([])
    expect(graph).toMatchObject({ name: 'Labelled', labels: ['a', 'b'], activeVersion: { number: 1 } })
    const { graphs } = await run('{ graphs(first: 1) { edges { cursor node { id } } } }')
    expect(graphs.edges).toEqual([graphEdge])
  })

  it('is changed by the fields that are given', async () => {
    const { graph } = await create({ name: 'Old', description: 'Before', labels: ['a'] })
    const update = async (changes: object, userId?: string) =>
      (
        await run(
          `mutation ($input: UpdateGraphInput!) { updateGraph(input: $input) { graph { name description labels } ${ERRORS} } }`,
          { input: { graphId: graph.id, ...changes } },
          userId,
        )
      ).updateGraph
    expect((await update({ name: 'New', labels: null })).graph).toEqual({ name: 'New', description: 'Before', labels: ['a'] })
    expect((await update({ description: '', labels: [] })).graph).toEqual({ name: 'New', description: '', labels: [] })
    expect(await update({ labels: ['ok', ''] })).toMatchObject({
      graph: null,
      errors: [{ code: 'BAD_INPUT', path: ['input', 'labels', '1'] }],
    })
    expect(await update({ name: '' })).toMatchObject({ errors: [{ code: 'BAD_INPUT', path: ['input', 'name'] }] })
    expect(await update({ name: 'Mine' }, stranger)).toMatchObject({
      errors: [{ code: 'NOT_FOUND', path: ['input', 'graphId'] }],
    })
  })

  it('is exported as a file that can be imported', async () => {
    const { graph } = await create({ name: 'Exported', description: 'All', labels: ['a'] })
    const { graph: found } = await run('query ($id: ID!) { graph(id: $id) { export } }', { id: graph.id })
    expect(found.export).toMatchObject({ name: 'Exported', description: 'All', labels: ['a'], document: { nodes: [] } })
    const { importGraph } = await run(
      `mutation ($file: JSON!) { importGraph(input: { document: $file }) { graph { export } ${ERRORS} } }`,
      { file: found.export },
    )
    expect(importGraph).toEqual({ graph: { export: found.export }, errors: [] })
    const source = 'mutation { importGraph(input: { format: ASHLAR, document: { name: "A" } }) { errors { message path } } }'
    expect((await run(source)).importGraph.errors).toEqual([
      { message: 'is missing: it must be an object', path: ['input', 'document', 'document'] },
    ])
  })

  it('has a new version with its edge after each save', async () => {
    const { graph } = await create()
    const source = `mutation ($input: SaveGraphVersionInput!) { saveGraphVersion(input: $input) {
      graph { activeVersion { number } } graphVersion { id number } graphVersionEdge { cursor } ${ERRORS} } }`
    const save = async () =>
      (await run(source, { input: { graphId: graph.id, basedOn: 1, document: { nodes: [] } } })).saveGraphVersion
    const saved = await save()
    expect(saved).toMatchObject({ graph: { activeVersion: { number: 2 } }, graphVersion: { number: 2 }, errors: [] })
    const { graph: found } = await run('query ($id: ID!) { graph(id: $id) { versions(first: 1) { edges { cursor } } } }', {
      id: graph.id,
    })
    expect(found.versions.edges).toEqual([saved.graphVersionEdge])
    expect(await save()).toMatchObject({
      graph: null,
      graphVersion: null,
      errors: [{ __typename: 'ConflictError', code: 'VERSION_CONFLICT', path: ['input', 'basedOn'] }],
    })
    const upgrade = `mutation ($id: ID!) { upgradeGraph(input: { graphId: $id }) {
      graphVersion { id graph { id } } graphVersionEdge { cursor } ${ERRORS} } }`
    expect((await run(upgrade, { id: graph.id })).upgradeGraph).toEqual({
      graphVersion: { id: saved.graphVersion.id, graph: { id: graph.id } },
      graphVersionEdge: saved.graphVersionEdge,
      errors: [],
    })
  })
})

describe('graphs', () => {
  const DELETE = `mutation ($graphIds: [ID!]!) { deleteGraphs(input: { graphIds: $graphIds }) {
    graphs { name } deletedGraphIds ${ERRORS} } }`
  const remove = async (graphIds: string[]): Promise<Json> => (await run(DELETE, { graphIds })).deleteGraphs

  it('are deleted all or none', async () => {
    const [a, b, foreign] = await Promise.all([create({ name: 'A' }), create({ name: 'B' }), create({}, stranger)])
    const nothing = { graphs: null, deletedGraphIds: null }
    expect(await remove([a.graph.id, foreign.graph.id])).toMatchObject({
      ...nothing,
      errors: [{ __typename: 'NotFoundError', code: 'NOT_FOUND', path: ['input', 'graphIds', '1'] }],
    })
    expect(await remove([a.graph.id, a.graph.activeVersion.id])).toMatchObject({
      ...nothing,
      errors: [{ code: 'BAD_INPUT', path: ['input', 'graphIds', '1'] }],
    })
    expect(await remove(Array<string>(101).fill(a.graph.id))).toMatchObject({
      ...nothing,
      errors: [{ path: ['input', 'graphIds'] }],
    })
    expect(await remove([b.graph.id, a.graph.id, b.graph.id])).toEqual({
      graphs: [{ name: 'B' }, { name: 'A' }],
      deletedGraphIds: [b.graph.id, a.graph.id],
      errors: [],
    })
    expect(await run('query ($id: ID!) { graph(id: $id) { id } }', { id: a.graph.id })).toEqual({ graph: null })
  })

  it('are listed with filters and in every order, each once over all pages', async () => {
    const label = randomUUID()
    for (const name of ['b', 'C', 'a', 'c 2', 'B']) await create({ name, labels: [label] })
    const source = `query ($after: String, $orderBy: GraphOrder, $filter: GraphFilter) {
      graphs(first: 2, after: $after, orderBy: $orderBy, filter: $filter) {
        totalCount pageInfo { hasNextPage endCursor } edges { node { name } } } }`
    const walk = async (field: string, direction: string, filter: object) => {
      const names: string[] = []
      for (let after: string | null = null, more = true; more;) {
        const { graphs } = await run(source, { after, orderBy: { field, direction }, filter })
        names.push(...graphs.edges.map(({ node }: Json) => node.name as string))
        after = graphs.pageInfo.endCursor
        more = graphs.pageInfo.hasNextPage
        expect(graphs.totalCount).toBe(filter && 'text' in filter ? 2 : 5)
      }
      return names.join(' ')
    }
    expect(await walk('CREATED_AT', 'ASC', { labels: [label] })).toBe('b C a c 2 B')
    expect(await walk('UPDATED_AT', 'DESC', { labels: [label] })).toBe('B c 2 a C b')
    expect(await walk('NAME', 'ASC', { labels: [label] })).toBe('B C a b c 2')
    expect(await walk('NAME', 'DESC', { labels: [label], text: 'c' })).toBe('c 2 C')
    const { graphs } = await run('{ graphs(first: 1) { pageInfo { endCursor } } }')
    const { errors } = await ask(source, { after: graphs.pageInfo.endCursor, orderBy: { field: 'NAME', direction: 'ASC' } })
    expect(errors?.[0]?.cause).toMatchObject({ code: 'BAD_INPUT', details: { path: ['after'] } })
  })

  it('and their versions are listed with as many statements for many graphs as for two', async () => {
    const child = await create({ document: { nodes: [{ id: 'n', block: 'io/number', inputs: { name: 'count', value: 1 } }] } })
    const label = randomUUID()
    const save = `mutation ($input: SaveGraphVersionInput!) { saveGraphVersion(input: $input) { errors { message } } }`
    for (let i = 0; i < 6; i++) {
      const inputs = { graph_id: child.graph.id, ...(i % 2 && { graph_version: 1 }) }
      const document = { nodes: [{ id: 'run', block: 'io/graph', inputs }] }
      const { graph } = await create({ labels: [label], document })
      for (let basedOn = 1; basedOn < 3; basedOn++) await run(save, { input: { graphId: graph.id, basedOn, document } })
    }
    const source = `query ($first: Int!, $label: String!) { graphs(first: $first, filter: { labels: [$label] }) { totalCount edges { node {
      activeVersion { number } forkedFrom { number } export
      versions(first: $first) { totalCount edges { node {
        document { json } capabilities { kind } warnings { path } compatibility { status } } } } } } } }`
    const count = async (first: number) => countStatements(() => run(source, { first, label }))
    await count(1)
    const two = await count(2)
    expect(await count(6)).toBe(two)
  })
})

it('versions are compared', async () => {
  const { graph } = await create({
    document: {
      nodes: [
        { id: 'a', block: 'io/note', inputs: { text: 'x' } },
        { id: 'b', block: 'io/note', inputs: { text: 'x' } },
      ],
    },
  })
  const other = await create({
    document: {
      nodes: [
        { id: 'c', block: 'io/note', inputs: { text: 'x' } },
        { id: 'b', block: 'io/note', inputs: { text: 'y' }, title: 'B', position: { x: 0, y: 1 } },
      ],
      settings: { onUnhandledError: 'CONTINUE' },
    },
  })
  const source = `query ($a: ID!, $b: ID!) { diffGraphVersions(a: $a, b: $b) {
    addedNodes { nodeId } removedNodes { nodeId } addedLinks { from } removedLinks { from } changedLinks { before { carry } after { carry } }
    changedNodes { nodeId onlyMoved before { title } after { title } fields { field key before after } }
    changedSettings { setting before after } } }`
  const [a, b] = [graph.activeVersion.id, other.graph.activeVersion.id]
  expect((await run(source, { a, b })).diffGraphVersions).toEqual({
    addedNodes: [{ nodeId: 'c' }],
    removedNodes: [{ nodeId: 'a' }],
    addedLinks: [],
    removedLinks: [],
    changedLinks: [],
    changedNodes: [
      {
        nodeId: 'b',
        onlyMoved: false,
        before: { title: null },
        after: { title: 'B' },
        fields: [
          { field: 'INPUT', key: 'text', before: 'x', after: 'y' },
          { field: 'TITLE', key: null, before: null, after: 'B' },
          { field: 'POSITION', key: null, before: null, after: { x: 0, y: 1 } },
        ],
      },
    ],
    changedSettings: [{ setting: 'ON_UNHANDLED_ERROR', before: 'FAIL', after: 'CONTINUE' }],
  })
  const foreign = await ask(source, { a, b }, stranger)
  expect(foreign.data).toEqual({ diffGraphVersions: null })
  expect(foreign.errors?.[0]?.cause).toMatchObject({ code: 'NOT_FOUND', details: { path: ['a'] } })
})

/** Counts the statements that read graphs, versions or plugins. */
async function countStatements(work: () => Promise<unknown>): Promise<number> {
  const texts = await recordStatements(work)
  return texts.filter((text) => /\b(graph|graph_version|plugin_bundle)\b/.test(text)).length
}
