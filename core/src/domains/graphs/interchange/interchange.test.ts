import { parseJson } from '@ashlar/sdk/json'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestRuntime, type TestRuntime } from '../../../testing/index.ts'
import type { GraphFormat } from './report/index.ts'

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

const load = (document: unknown, format?: GraphFormat) => runtime.interchange.import(runtime.ownerId, { document, format })
const importFile = async (document: unknown): Promise<string> => (await load(document)).graphs[0]?.graph.id ?? ''
const textOf = async (graphId: string): Promise<string> => (await runtime.interchange.export(runtime.ownerId, graphId, {})).text
const countGraphs = async (): Promise<unknown> => (await runtime.database.pool.query('select count(*) from graph')).rows

const INPUT = 'c0a8e994-ebf1-4a9c-a4d8-89d09c86741b'
const AGENT = 'e189baac-8c20-45a1-94a7-55177ea42565'
const autogpt = (nodes: unknown, links: unknown = [], more: object = {}) => ({ name: 'x', nodes, links, ...more })
const input = { id: 'a', block_id: INPUT, input_default: { name: 'a' } }
const runs = (graphId: string) => ({ id: 'run', block_id: AGENT, input_default: { graph_id: graphId, graph_version: 1 } })
/** Graphs that run each other: `g1` runs `g0`. @param first what `g0` runs */
const chain = (length: number, first?: string): Record<string, object> =>
  Object.fromEntries(
    Array.from({ length }, (_, i) => {
      const inputs = { graph_id: i === 0 ? first : `g${i - 1}` }
      return [`g${i}`, { name: `Graph ${i}`, document: { nodes: [{ id: 'n', block: 'io/graph', inputs }] } }]
    }),
  )
const deep = (levels: number): unknown => parseJson(`${'['.repeat(levels)}${']'.repeat(levels)}`)

describe('the report of an import', () => {
  it('says that one of several providers is enough', async () => {
    const text = { id: 'x', block_id: '1f292d4a-41a4-4977-9684-7c8d560b9f91', input_default: { prompt: 'Hi' } }
    const { graphs, providers } = await load(autogpt([text]))
    expect(providers).toEqual(['ai/anthropic', 'ai/google', 'ai/openai-compatible'])
    const messages = graphs[0]?.nodes[0]?.changes.map(({ message }) => message)
    expect(messages).toContain('the node needs a credential for one of the 3 providers of its block, such as ai/google')
  })

  it('names an unknown block by the title of its node', async () => {
    const unknown = { id: 'b', block_id: '0d0d0d0d-1111-4222-8333-444444444444', metadata: { customized_name: 'Transcribe' } }
    const { missingBlocks } = await load(autogpt([unknown, { ...unknown, id: 'c' }]))
    expect(missingBlocks).toMatchObject([{ block: unknown.block_id, name: 'Transcribe', count: 2 }])
  })

  it('does not warn about items of a list that links fill', async () => {
    const combine = { id: 'c', block_id: 'e30a4d42-7b7d-4e6a-b36e-1f9b8e3b7d85', input_default: { input: [], input_$_1: 'b' } }
    const link = { source_id: 'a', source_name: 'result', sink_id: 'c', sink_name: 'input_$_0' }
    const id = await importFile(autogpt([input, combine], [link]))
    const { document } = JSON.parse(await textOf(id)) as { document: object }
    expect(await runtime.graphs.validate(runtime.ownerId, { ...document, origin: undefined })).toEqual([])
  })
})

describe('a file that cannot be imported', () => {
  it.each<[string, unknown, GraphFormat | undefined, string, string]>([
    ['broken JSON', '{ "name": "x", "nodes": [', undefined, 'BAD_INPUT', ''],
    ['a text', 'nodes', undefined, 'BAD_INPUT', ''],
    ['a list', [], 'AUTOGPT', 'BAD_INPUT', ''],
    ['null as text', 'null', 'ASHLAR', 'BAD_INPUT', ''],
    ['another format', { steps: [] }, undefined, 'BAD_INPUT', ''],
    ['an Ashlar graph as AUTOGPT', { name: 'x', document: { nodes: [] } }, 'AUTOGPT', 'BAD_INPUT', ''],
    ['an AutoGPT graph as ASHLAR', autogpt([input]), 'ASHLAR', 'BAD_INPUT', ''],
    ['too many levels', autogpt([{ ...input, input_default: { name: deep(1001) } }]), undefined, 'BAD_INPUT', ''],
    ['too many characters', autogpt([{ ...input, metadata: { x: 'x'.repeat(17_000_000) } }]), undefined, 'BAD_INPUT', ''],
    ['a text that is too long', ' '.repeat(17_000_000), undefined, 'BAD_INPUT', ''],
    ['a node without a block', autogpt([input, { id: 'b' }]), undefined, 'BAD_INPUT', 'nodes.1.block_id'],
    ['a node with a number as id', autogpt([{ ...input, id: 5 }]), undefined, 'BAD_INPUT', 'nodes.0.id'],
    ['constants that are a list', autogpt([{ ...input, input_default: [] }]), undefined, 'BAD_INPUT', 'nodes.0.input_default'],
    ['nodes that are an object', { ...autogpt({}), links: [{ source_id: 'a' }] }, undefined, 'BAD_INPUT', 'nodes'],
    ['a duplicate id', autogpt([input, input]), undefined, 'GRAPH_INVALID', 'nodes.1.id'],
    [
      'a link without a pin',
      autogpt([input], [{ source_id: 'a', sink_id: 'a', sink_name: 'x' }]),
      undefined,
      'BAD_INPUT',
      'links.0.source_name',
    ],
    [
      'a link from an unknown node',
      autogpt([input], [{ source_id: 'z', sink_id: 'a', source_name: 'x', sink_name: 'y' }]),
      undefined,
      'GRAPH_INVALID',
      'links.0.source_id',
    ],
    [
      'a link to an unknown node of a sub-graph',
      autogpt([input], [], {
        sub_graphs: [autogpt([input], [{ source_id: 'a', sink_id: 'z', source_name: 'x', sink_name: 'y' }])],
      }),
      undefined,
      'GRAPH_INVALID',
      'sub_graphs.0.links.0.sink_id',
    ],
    ['a sub-graph that is a text', autogpt([input], [], { sub_graphs: ['x'] }), undefined, 'BAD_INPUT', 'sub_graphs.0'],
    ['a graph that runs itself', autogpt([runs('g')], [], { id: 'g' }), undefined, 'GRAPH_INVALID', 'nodes'],
    [
      'sub-graphs that run each other',
      autogpt([runs('g')], [], { sub_graphs: [autogpt([runs('h')], [], { id: 'g' }), autogpt([runs('g')], [], { id: 'h' })] }),
      undefined,
      'GRAPH_INVALID',
      'sub_graphs.0.nodes',
    ],
    [
      'too many sub-graphs',
      autogpt([input], [], { sub_graphs: Array.from({ length: 101 }, () => autogpt([input])) }),
      undefined,
      'BAD_INPUT',
      'sub_graphs.99',
    ],
    [
      'two sub-graphs with the same id and version',
      autogpt([runs('g')], [], {
        sub_graphs: [autogpt([input], [], { id: 'g', version: 1 }), autogpt([], [], { id: 'g', version: 1 })],
      }),
      undefined,
      'GRAPH_INVALID',
      'sub_graphs.1.id',
    ],
    ['a file without a document', { name: 'x', document: 5 }, undefined, 'BAD_INPUT', 'document.document'],
    ['an unknown field', { name: 'x', document: { nodes: [] }, inptus: {} }, undefined, 'BAD_INPUT', ''],
    [
      'graphs that run each other',
      {
        name: 'x',
        document: { nodes: [] },
        graphs: {
          a: { name: 'A', document: { nodes: [{ id: 'n', block: 'io/graph', inputs: { graph_id: 'b' } }] } },
          b: { name: 'B', document: { nodes: [{ id: 'n', block: 'io/graph', inputs: { graph_id: 'a' } }] } },
        },
      },
      undefined,
      'GRAPH_INVALID',
      'graphs.a.document.nodes',
    ],
    ['too many graphs', { name: 'x', document: { nodes: [] }, graphs: chain(1001) }, undefined, 'BAD_INPUT', 'graphs'],
    [
      'many graphs in a circle',
      { name: 'x', document: { nodes: [] }, graphs: chain(1000, 'g999') },
      undefined,
      'GRAPH_INVALID',
      'graphs.g0.document.nodes',
    ],
  ])('is rejected with a code and a path: %s', async (_, document, format, code, path) => {
    const before = await countGraphs()
    const error: unknown = await load(document, format).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code, details: { path: ['document'] } })
    const { faults = [{ path: '' }] } = (error as { details: { faults?: { path: string }[] } }).details
    expect(faults[0]?.path).toBe(path)
    expect(await countGraphs()).toEqual(before)
  })

  it('saves no sub-graph if the graph that runs it has a fault', async () => {
    const before = await countGraphs()
    const good = { name: 'Good', document: { nodes: [] } }
    const nodes = [
      { id: 'n', block: 'io/graph', inputs: { graph_id: 'good' } },
      { id: 'm', block: 'no/such' },
    ]
    const file = { name: 'Bad', document: { nodes }, graphs: { good } }
    const rejection = { code: 'GRAPH_INVALID', details: { path: ['document', 'document'], faults: [{ path: 'nodes.m.block' }] } }
    await expect(load(file)).rejects.toMatchObject(rejection)
    expect(await countGraphs()).toEqual(before)
  })

  it('places the faults of a sub-graph in the file', async () => {
    const file = {
      name: 'x',
      document: { nodes: [] },
      graphs: { a: { name: 'A', document: { nodes: [{ id: 'm', block: 'no/such' }] } } },
    }
    const details = { path: ['document', 'graphs', 'a', 'document'], faults: [{ path: 'nodes.m.block' }] }
    await expect(load(file)).rejects.toMatchObject({ code: 'GRAPH_INVALID', details })
  })
})

it.each(['constructor', '__proto__', 'toString'])(
  'does not save a graph that links the pin "%s", which every object has',
  async (pin) => {
    const nodes = [
      { id: 'a', block: 'text/template', inputs: { format: 'x', values: {} } },
      { id: 'b', block: 'text/template', inputs: { format: 'x', values: {} } },
    ]
    const links = [
      { from: `a.${pin}`, to: 'b.format' },
      { from: 'a.output', to: `b.${pin}` },
    ]
    const faults = [{ path: 'links.0.from' }, { path: 'links.1.to' }]
    await expect(runtime.graphs.create(runtime.ownerId, { name: 'x', document: { nodes, links } })).rejects.toMatchObject({
      code: 'GRAPH_INVALID',
      details: { faults },
    })
  },
)

describe('a large export', () => {
  it('is rejected, because it could not be imported', async () => {
    const child = {
      name: 'Child',
      document: { nodes: [{ id: 'n', block: 'text/template', inputs: { format: 'x'.repeat(6_000_000), values: {} } }] },
    }
    const ids = [await importFile(child), await importFile(child), await importFile(child)]
    const nodes = ids.map((id, i) => ({ id: `n${i}`, block: 'io/graph', inputs: { graph_id: id } }))
    const parent = await importFile({ name: 'Parent', document: { nodes } })
    await expect(textOf(parent)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', details: { path: ['graphId'] } })
  })
})

describe('an import', () => {
  it('drops an input with the name of a member of all objects', async () => {
    const inputs = `{ "name": "a", "constructor": 1, "__proto__": { "x": 1 }, "__proto___#_x": 1, "toString_#_x": 1 }`
    const { graphs } = await load(`{ "name": "x", "nodes": [{ "id": "a", "block_id": "${INPUT}", "input_default": ${inputs} }] }`)
    const dropped = graphs[0]?.nodes[0]?.changes.filter(({ kind }) => kind === 'DROPPED').map(({ path }) => path)
    expect(dropped).toEqual(['constructor', '__proto__', '__proto___#_x', 'toString_#_x'].map((pin) => `input_default.${pin}`))
  })

  it('drops parts of lists that would need too many items without a value', async () => {
    const template = 'db7d8f02-2f44-4c55-ab7a-eae0941f0c30'
    const parts = Array.from({ length: 20 }, (_, i) => [`values_#_a${i}_$_9999`, 1] as const)
    const node = { id: 'a', block_id: template, input_default: Object.fromEntries(parts) }
    const { graphs } = await load(autogpt([node, { ...node, id: 'b' }]))
    const changes = graphs[0]?.nodes.map((each) => each.changes.filter(({ kind }) => kind === 'DROPPED').length)
    expect(changes).toEqual([10, 20])
  })

  it('gives the graph another name if the caller asks for it', async () => {
    const { graphs } = await runtime.interchange.import(runtime.ownerId, { document: autogpt([input]), name: 'Mine' })
    expect(graphs.map(({ graph }) => graph.name)).toEqual(['Mine'])
    await expect(runtime.interchange.import(runtime.ownerId, { document: autogpt([input]), name: ' ' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    })
  })

  it('reports that it cuts the names of graphs and nodes', async () => {
    const long = 'x'.repeat(201)
    const { graphs } = await load({ ...autogpt([{ ...input, metadata: { customized_name: long } }]), name: long })
    expect(graphs[0]).toMatchObject({
      graph: { name: long.slice(1) },
      changes: [{ kind: 'DROPPED', path: 'name', message: 'a name has at most 200 characters; the end was cut' }],
      nodes: [{ changes: [{ kind: 'DROPPED', path: 'metadata.customized_name' }] }],
    })
  })

  it('reads a text with a byte order mark', async () => {
    expect((await load(`\uFEFF${JSON.stringify(autogpt([input]))}`)).format).toBe('AUTOGPT')
  })

  it('runs a graph of the owner that the file does not contain, but no graph of another user', async () => {
    const child = await importFile({ name: 'Child', document: { nodes: [] } })
    const file = { name: 'Parent', document: { nodes: [{ id: 'n', block: 'io/graph', inputs: { graph_id: child } }] } }
    expect((await load(file)).graphs).toHaveLength(1)
    const { id: other } = await runtime.users.create('Other')
    await expect(runtime.interchange.import(other, { document: file })).rejects.toMatchObject({ code: 'GRAPH_INVALID' })
  })
})

describe('an export', () => {
  it('of another user or an unknown graph is not found', async () => {
    const id = await importFile({ name: 'x', document: { nodes: [] } })
    for (const [owner, graphId] of [
      [AGENT, id],
      [runtime.ownerId, 'x'],
      [runtime.ownerId, AGENT],
    ] as const)
      await expect(runtime.interchange.export(owner, graphId, {})).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(runtime.interchange.export(runtime.ownerId, id, { version: 2 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('has one line for each link, input and field of a node', async () => {
    const document = {
      nodes: [
        { id: 'a', block: 'io/input', inputs: { name: 'a', value: { list: [1, 2] } }, position: { x: 1, y: 2 } },
        { id: 'b', block: 'io/output', inputs: { name: 'b' }, title: 'B' },
      ],
      links: [{ from: 'a.result', to: 'b.value' }],
    }
    expect(await textOf(await importFile({ name: 'Lines', labels: ['x', 'y'], document }))).toBe(LINES)
  })

  it('contains a sub-graph once, also if it was deleted, and in the version that a node runs', async () => {
    const shared = await importFile({
      name: 'Shared sub-graph',
      document: { nodes: [{ id: 'i', block: 'io/input', inputs: { name: 'v' } }] },
    })
    const call = (id: string, more: object = {}) => ({
      id,
      block: 'io/graph',
      inputs: { graph_id: shared, inputs: { v: 1 }, ...more },
    })
    const parent = await importFile({ name: 'Parent', document: { nodes: [call('a'), call('b', { graph_version: 1 })] } })
    await runtime.graphs.saveVersion(runtime.ownerId, shared, 1, { nodes: [] })
    await runtime.graphs.delete(runtime.ownerId, [shared])
    const text = await textOf(parent)
    expect(JSON.parse(text)).toMatchObject({
      document: {
        nodes: [{ inputs: { graph_id: 'shared-sub-graph' } }, { inputs: { graph_id: 'shared-sub-graph', graph_version: 1 } }],
      },
      graphs: { 'shared-sub-graph': { document: { nodes: [{ id: 'i' }] } } },
    })
    expect(await textOf(await importFile(text))).toBe(text)
  })

  it('in the format of the AutoGPT Platform lists everything that does not fit', async () => {
    const nodes = [
      { id: 'each', block: 'logic/step-through', inputs: { items: [1] } },
      { id: 'all', block: 'list/collect' },
      { id: 'out', block: 'io/output', inputs: { name: 'out' } },
    ]
    const links = [
      { from: 'each.item', to: 'all.item' },
      { from: 'each.key', to: 'out.value' },
    ]
    const id = await importFile({ name: 'Loop', document: { nodes, links } })
    const error: unknown = await runtime.interchange
      .export(runtime.ownerId, id, { format: 'AUTOGPT' })
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'GRAPH_INVALID', details: { path: ['graphId'] } })
    const { faults } = (error as { details: { faults: { path: string }[] } }).details
    expect(faults.map(({ path }) => path)).toEqual(['nodes.all.block', 'nodes.out'])
  })

  it('in the format of the AutoGPT Platform reports what it leaves out', async () => {
    const nodes = [{ id: 'a', block: 'io/output', inputs: { name: 'a', value: 1 }, retry: { attempts: 2 } }]
    const id = await importFile({ name: 'x', labels: ['l'], document: { nodes } })
    const { changes } = await runtime.interchange.export(runtime.ownerId, id, { format: 'AUTOGPT' })
    expect(changes.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'DROPPED labels',
      'DROPPED onUnhandledError',
      'DROPPED nodes.a.retry',
    ])
  })
})

const LINES = `{
  "name": "Lines",
  "description": "",
  "labels": ["x", "y"],
  "document": {
    "nodes": [
      {
        "id": "a",
        "block": "io/input",
        "inputs": {
          "name": "a",
          "value": {
            "list": [
              1,
              2
            ]
          }
        },
        "position": { "x": 1, "y": 2 }
      },
      {
        "id": "b",
        "block": "io/output",
        "inputs": {
          "name": "b"
        },
        "title": "B"
      }
    ],
    "links": [
      { "from": "a.result", "to": "b.value" }
    ],
    "onUnhandledError": "FAIL",
    "concurrency": 16,
    "pairing": "TAGGED",
    "budget": 10000
  }
}
`

describe('any graph', () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 }).filter((each) => !/[\0\ud800-\udfff]/u.test(each))
  const value = fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), text)
  const position = fc.record({ x: fc.double({ noNaN: true, min: -1e6, max: 1e6 }), y: fc.integer() })
  const node = (id: string) =>
    fc.record(
      {
        id: fc.constant(id),
        block: fc.constantFrom('io/input', INPUT),
        inputs: fc.record(
          { name: fc.constant(id), value, description: fc.option(text), secret: fc.boolean() },
          { requiredKeys: ['name'] },
        ),
        title: text,
        position,
        timeoutMs: fc.integer({ min: 1, max: 1_800_000 }),
        retry: fc.record(
          { attempts: fc.integer({ min: 1, max: 20 }), jitter: fc.double({ min: 0, max: 1, noNaN: true }) },
          { requiredKeys: ['attempts'] },
        ),
      },
      { requiredKeys: ['id', 'block', 'inputs'] },
    )
  const out = { id: 'out', block: 'io/output', inputs: { name: 'out' } }
  const document = fc
    .record(
      {
        nodes: fc.tuple(node('a'), node('é-2'), fc.constant(out)).map((nodes) => nodes as object[]),
        links: fc.array(
          fc.constantFrom({ from: 'a.result', to: 'out.value' }, { from: 'é-2.result_#_x y_$_3', to: 'out.value' }),
        ),
        onUnhandledError: fc.constantFrom('FAIL', 'CONTINUE'),
        concurrency: fc.integer({ min: 1, max: 256 }),
        pairing: fc.constantFrom('FIFO', 'TAGGED'),
        budget: fc.integer({ min: 1, max: 1_000_000 }),
        origin: fc.constant('AUTOGPT'),
      },
      { requiredKeys: ['nodes'] },
    )
    .map((each) => ({ ...each, links: each.links ?? [] }))
  const label = text.map((each) => each.trim()).filter((each) => each !== '')
  const graph = fc.record({
    name: text.map((each) => `n${each}`.trim()),
    description: text,
    labels: fc.uniqueArray(label, { maxLength: 3 }),
    document,
  })
  const calls = (keys: string[]) =>
    keys.map((key) => ({ id: `run-${key}`, block: 'io/graph', inputs: { inputs: {}, graph_id: key } }))
  const file = fc
    .record({ root: graph, children: fc.array(graph, { maxLength: 2 }), nested: fc.boolean() })
    .map(({ root, children, nested }) => {
      const keys = children.map((_, i) => `child-${i}`)
      const graphs = children.map((child, i) =>
        nested && i === 0 && keys[1] !== undefined ? withNodes(child, calls([keys[1]])) : child,
      )
      return { ...withNodes(root, calls(keys)), graphs: Object.fromEntries(graphs.map((each, i) => [keys[i], each])) }
    })
  const withNodes = <T extends { document: { nodes: object[] } }>(each: T, nodes: object[]): T => ({
    ...each,
    document: { ...each.document, nodes: [...each.document.nodes, ...nodes], origin: 'AUTOGPT' },
  })

  it('has the same text after an export and an import', async () => {
    await fc.assert(
      fc.asyncProperty(file, async (each) => {
        const first = await textOf(await importFile(each))
        expect(await textOf(await importFile(first))).toBe(first)
        expect(await textOf(await importFile(parseJson(first)))).toBe(first)
      }),
      { numRuns: 60 },
    )
  })
})
