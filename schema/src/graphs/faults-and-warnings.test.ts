import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { execute, parse, validate, type ExecutionResult } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildSchema, buildContext } from '../index.ts'

const schema = buildSchema()
let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

type Json = Record<string, any> // oxlint-disable-line no-explicit-any -- results are compared as JSON

async function run(source: string, variableValues: Record<string, unknown>): Promise<Json> {
  const document = parse(source)
  expect(validate(schema, document)).toEqual([])
  const user = (await runtime.users.find([runtime.ownerId])).get(runtime.ownerId)
  if (!user) throw new Error('no such user')
  const contextValue = buildContext({ runtime, caller: await runtime.callers.ofUser(user) })
  const result = (await execute({ schema, document, variableValues, contextValue })) as ExecutionResult
  expect(result.errors).toBeUndefined()
  return result.data as Json
}

const CREATE = `mutation ($document: JSON!) { createGraph(input: { name: "Test", document: { json: $document } }) {
  graph { id activeVersion { number warnings { path message } } } errors { code message path } } }`
const SAVE = `mutation ($id: ID!, $document: JSON!) { saveGraphVersion(input: { graphId: $id, basedOn: 1, document: { json: $document } }) {
  graph { activeVersion { number warnings { path } } } errors { code message } } }`
const WARNINGS = `query ($document: JSON!) { graphWarnings(document: { json: $document }) { path message } }`

/** Links a list to a number pin and an object to a list pin, and sets a list as the constant of a number pin. */
const LOSSY = {
  nodes: [
    { id: 'split', block: 'text/split', inputs: { text: 'a,b', delimiter: ',' } },
    { id: 'get', block: 'list/get', inputs: { list: [1, 2, 3] } },
    { id: 'create', block: 'dictionary/create', inputs: { values: { a: 1 } } },
    { id: 'first', block: 'list/get', inputs: { index: 0 } },
    { id: 'sum', block: 'math/calculate', inputs: { operation: 'Add', a: [7, 8], b: 1 } },
  ],
  links: [
    { from: 'split.texts', to: 'get.index' },
    { from: 'split.texts', to: 'first.list' },
    { from: 'create.dictionary', to: 'first.list' },
  ],
}

const ALL = [
  {
    path: ['links', '0'],
    message:
      'split.texts is a list, but get.index requires a whole number: the list becomes the number of its items. ' +
      'Link split.texts_$_0 to pass on one item, or insert a block that converts it.',
  },
  {
    path: ['links', '2'],
    message:
      'create.dictionary is an object, but first.list requires a list: the object becomes a list of [key, value] pairs. ' +
      'Link create.dictionary_@_<name> to pass on one member, or insert a block that converts it.',
  },
  {
    path: ['nodes', 'sum', 'inputs', 'a'],
    message: 'the input requires a number, and a list becomes the number of its items: use a number, got [7,8]',
  },
]

describe('a graph with lossy conversions', () => {
  it('is saved with a warning for each such link and constant', async () => {
    const { createGraph } = await run(CREATE, { document: LOSSY })
    expect(createGraph.graph.activeVersion).toEqual({ number: 1, warnings: ALL })
    const repaired = { ...LOSSY, nodes: LOSSY.nodes.slice(0, 4), links: [{ from: 'split.texts', to: 'first.list' }] }
    repaired.nodes[1] = { id: 'get', block: 'list/get', inputs: { list: [1, 2, 3], index: 0 } } as never
    const { saveGraphVersion } = await run(SAVE, { id: createGraph.graph.id, document: repaired })
    expect(saveGraphVersion).toEqual({ graph: { activeVersion: { number: 2, warnings: [] } }, errors: [] })
  })

  it('has the same warnings before it is saved', async () => {
    expect((await run(WARNINGS, { document: LOSSY })).graphWarnings).toEqual(ALL)
    expect((await run(WARNINGS, { document: 'no graph' })).graphWarnings).toEqual([])
  })

  it('has warnings for links to the pins of a child graph', async () => {
    const inner = { nodes: [{ id: 'n', block: 'io/number', inputs: { name: 'count' } }] }
    const { createGraph: child } = await run(CREATE, { document: inner })
    const document = {
      nodes: [LOSSY.nodes[0], { id: 'run', block: 'io/graph', inputs: { graph_id: child.graph.id } }],
      links: [{ from: 'split.texts', to: 'run.count' }],
    }
    const { createGraph } = await run(CREATE, { document })
    expect(createGraph.graph.activeVersion.warnings).toMatchObject([{ path: ['links', '0'] }])
  })
})

const FAULTS = `query ($document: JSON!) { validateGraph(document: { json: $document }) { path message } }`

describe('an invalid document', () => {
  const validateGraph = async (document: unknown): Promise<Json[]> =>
    (await run(FAULTS, { document })).validateGraph.map(({ path, message }: Json) => ({ path: path.join('.'), message }))

  it('is rejected with each structural and semantic fault once', async () => {
    const document = {
      nodes: [
        { id: 'a', block: 'text/nothing' },
        { id: 'get', block: 'list/get', inputs: { list: 1, colour: 'red' }, timeoutMs: 'long', colour: 'red' },
        { id: 'broken', block: 5 },
        'no node',
      ],
      links: [
        { from: 'a.out', to: 'get.nothing' },
        { from: 'get', to: 'get.index' },
        { from: 'broken.out', to: 'gone.in' },
        { from: 'a.out' },
      ],
      concurrency: 1000,
    }
    const expected = [
      { path: 'nodes.get.timeoutMs', message: 'must be a number, got "long"' },
      { path: 'nodes.get', message: 'unknown field "colour"' },
      { path: 'nodes.broken.block', message: 'must be text, got 5' },
      { path: 'nodes.3', message: 'must be an object, got "no node"' },
      { path: 'links.1.from', message: 'must be "<node id>.<pin>", got "get"' },
      { path: 'links.3.to', message: 'is missing: it must be text' },
      { path: 'concurrency', message: 'must be at most 256, got 1000' },
      { path: 'links.0.to', message: 'block list/get has no input pin "nothing"; it has list, index' },
      { path: 'links.2.to', message: 'there is no node "gone"' },
      { path: 'nodes.a.block', message: 'there is no block "text/nothing"' },
      { path: 'nodes.get.inputs.colour', message: 'block list/get has no input pin "colour"; it has list, index' },
    ]
    expect(await validateGraph(document)).toEqual(expected)
    const { createGraph } = await run(CREATE, { document })
    expect(createGraph).toEqual({
      graph: null,
      errors: expected.map(({ path, message }) => ({
        code: 'BAD_INPUT',
        message,
        path: ['input', 'document', ...path.split('.')],
      })),
    })
  })

  it('reports a duplicate node id once and still checks the nodes that have it', async () => {
    const document = {
      nodes: [
        { id: 'a', block: 'list/get', inputs: { index: 0 } },
        { id: 'a', block: 'text/nothing' },
        { id: 'b', block: 'list/get', inputs: { list: [] } },
        { id: 'a', block: 'list/get', inputs: { list: [], index: 'x', colour: 'red' } },
      ],
      links: [
        { from: 'a.out', to: 'b.index' },
        { from: 'b.output', to: 'a.list' },
      ],
      pairing: 'FIFO',
    }
    expect(await validateGraph(document)).toEqual([
      { path: 'nodes.a', message: 'the nodes at positions 0, 1 and 3 share this id: give each node a unique id' },
      { path: 'links.1.from', message: expect.stringMatching(/^block list\/get has no output pin "output"; it has /) as string },
      { path: 'nodes.1.block', message: 'there is no block "text/nothing"' },
      { path: 'nodes.3.inputs.colour', message: 'block list/get has no input pin "colour"; it has list, index' },
    ])
  })

  it.each([
    ['no graph', [{ path: '', message: 'must be an object, got "no graph"' }]],
    [{ links: [] }, [{ path: 'nodes', message: 'is missing: it must be a list' }]],
    [
      { nodes: 1, extra: 2 },
      [
        { path: 'nodes', message: 'must be a list, got 1' },
        { path: '', message: 'unknown field "extra"' },
      ],
    ],
  ])('is rejected without a list of nodes: %j', async (document, faults) => {
    expect(await validateGraph(document)).toEqual(faults)
  })
})

describe('a graph with many faults', () => {
  const manyFaults = (count: number) => ({
    nodes: [
      {
        id: 'a',
        block: 'text/template',
        inputs: { format: '', values: {}, ...Object.fromEntries(Array.from({ length: count }, (_, i) => [`no${i}`, 1])) },
      },
    ],
  })

  it('is rejected with all 5000 faults', async () => {
    const { createGraph } = await run(CREATE, { document: manyFaults(5000) })
    expect(createGraph.errors).toHaveLength(5000)
    expect(createGraph.errors[0]).toMatchObject({
      code: 'GRAPH_INVALID',
      message: expect.stringMatching(/^block text\/template has no input pin "no0"; it has /) as string,
      path: ['input', 'document', 'nodes', 'a', 'inputs', 'no0'],
    })
  })

  it('is rejected with the first 10 000 faults and the number of the others', async () => {
    const { createGraph } = await run(CREATE, { document: manyFaults(10_007) })
    expect(createGraph.errors).toHaveLength(10_001)
    expect(createGraph.errors.at(-1)).toEqual({
      code: 'GRAPH_INVALID',
      message: '7 more faults are not shown: correct the ones above first',
      path: ['input', 'document'],
    })
  })
})
