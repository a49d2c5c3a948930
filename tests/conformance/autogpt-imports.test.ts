import { readdirSync, readFileSync } from 'node:fs'
import { AshlarError, parseJson, type GraphDocument, type ImportedGraph, type ImportReport } from '@ashlar/core'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** A file of `tests/conformance/autogpt`: an export of the AutoGPT Platform, and what its import must give. */
interface ImportCase {
  name: string
  title: string
  file: unknown
  expected: {
    /** The graph of the file first. */
    graphs: ExpectedGraph[]
    /** Ids of blocks and numbers of nodes. */
    missingBlocks?: [string, number][]
    run?: ExpectedRun
  }
}

/** Nodes have their ids of the file. A field that is left out is not compared. */
interface ExpectedGraph {
  name: string
  description: string
  /** The constants of each node. `@Name` is the id of an imported graph. */
  nodes?: Record<string, Record<string, unknown>>
  /** `node.pin -> node.pin`, in order. */
  links?: string[]
  /** `node kind path provider`; without a node for a change of the graph. */
  changes?: string[]
  titles?: Record<string, string>
  keys?: Record<string, string>
  positions?: Record<string, [number, number]>
  warnings?: string[]
  /** Pairing, the policy of unhandled errors, origin. */
  settings?: unknown[]
}

interface ExpectedRun {
  inputs: Record<string, unknown>
  outputs?: Record<string, unknown[]>
  /** The values of an output may have any order. */
  unordered?: true
  failedNodes?: string[]
  /** The code with which the start is refused. */
  error?: string
}

const FOLDER = new URL('autogpt/', import.meta.url)
const CASES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => parseJson(readFileSync(new URL(name, FOLDER), 'utf8')) as ImportCase)

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

describe('an export of the AutoGPT Platform', () => {
  const titled = CASES.map((each) => [each.title, each] as const)

  it.concurrent.each(titled)('%s', async (_, { file, expected }) => {
    const report = await runtime.interchange.import(runtime.ownerId, { format: 'AUTOGPT', document: file })
    const graphs = await Promise.all(report.graphs.map((graph) => describeGraph(graph, report)))
    const missingBlocks = report.missingBlocks.map(({ block, count }): [string, number] => [block, count])
    const run = expected.run && (await runGraph(report, expected.run))
    const found = { graphs: graphs.map((graph, i) => pick(graph, expected.graphs[i])), missingBlocks, ...(run && { run }) }
    expect(pick(found, expected)).toEqual(expected)
  })

  it.concurrent.each(titled)('is the same graph after an export and another import: %s', async (_, { file }) => {
    const first = await importFile(file)
    const again = await importFile(await exportGraph(first, 'AUTOGPT'))
    expect(await exportGraph(again, 'ASHLAR')).toBe(await exportGraph(first, 'ASHLAR'))
  })

  it.concurrent.each(titled)('has the same text after an export and another import: %s', async (_, { file }) => {
    const text = await exportGraph(await importFile(file), 'ASHLAR')
    expect(await exportGraph(await importFile(text), 'ASHLAR')).toBe(text)
  })
})

/** Only the expected fields are compared. */
function pick<T extends object>(found: T, expected: object = {}): object {
  return Object.fromEntries(Object.entries(found).filter(([key]) => key in expected))
}

/** @returns the id of the graph */
async function importFile(document: unknown): Promise<string> {
  const { graphs } = await runtime.interchange.import(runtime.ownerId, { document })
  return graphs[0]?.graph.id ?? ''
}

async function exportGraph(graphId: string, format: 'ASHLAR' | 'AUTOGPT'): Promise<string> {
  return (await runtime.interchange.export(runtime.ownerId, graphId, { format })).text
}

/** An imported graph in the form of the case files. */
async function describeGraph(found: ImportedGraph, report: ImportReport): Promise<Required<ExpectedGraph>> {
  const { name, description, id } = found.graph
  const version = await runtime.graphs.versionToRun(runtime.ownerId, id)
  const { nodes, links, pairing, onUnhandledError, origin } = version.document
  const sourceOf = new Map(found.nodes.toReversed().map(({ nodeId, sourceId }) => [nodeId, sourceId]))
  const source = (key: string): string => sourceOf.get(key) ?? key
  const end = (text: string): string => `${source(text.slice(0, text.indexOf('.')))}${text.slice(text.indexOf('.'))}`
  const bySource = <T>(value: (node: Node) => T | undefined): Record<string, T> =>
    Object.fromEntries(nodes.map((node) => [source(node.id), value(node)]).filter(([, each]) => each !== undefined)) as Record<
      string,
      T
    >
  const warnings = await runtime.graphWarnings.ofVersion(version)
  return {
    name,
    description,
    settings: [pairing, onUnhandledError, origin],
    nodes: bySource((node) => comparable(node, report)),
    links: links.map(({ from, to }) => `${end(from)} -> ${end(to)}`),
    changes: describeChanges(found).toSorted(),
    titles: bySource(({ title }) => title),
    keys: bySource((node) => node.id),
    positions: bySource(({ position }) => position && [position.x, position.y]),
    warnings: warnings.map(({ path }) => end(path.replace(/^nodes\./, ''))).toSorted(),
  }
}

type Node = GraphDocument['nodes'][number]

/** The constants of a node, without those that an import adds because of its block or its reason. */
function comparable({ block, inputs }: Node, { graphs }: ImportReport): Record<string, unknown> {
  const { autogpt_quirks: _, reason, ...rest } = inputs
  const named = graphs.find(({ graph }) => graph.id === rest.graph_id)
  const isPlaceholder = runtime.plugins.block(block)?.kind === 'placeholder'
  return {
    ...rest,
    ...(reason !== undefined && !isPlaceholder && { reason }),
    ...(named && { graph_id: `@${named.graph.name}` }),
  }
}

function describeChanges({ nodes, changes }: ImportedGraph): string[] {
  const own = nodes.flatMap((node) => node.changes.map((change) => ({ id: node.sourceId, ...change })))
  const all = [...own, ...changes.map((change) => ({ id: undefined, ...change }))]
  return all.map(({ id, kind, path, provider }) => [id, kind, path, provider].filter((part) => part !== undefined).join(' '))
}

async function runGraph({ graphs: [root] }: ImportReport, { inputs, ...expected }: ExpectedRun): Promise<ExpectedRun> {
  const { ownerId } = runtime
  try {
    const { id } = await runtime.executions.start(ownerId, { graphId: root?.graph.id ?? '', inputs })
    const end = await waitForEnd(id)
    const keys = new Map(root?.nodes.map(({ nodeId, sourceId }) => [nodeId, sourceId]))
    const outputs = expected.unordered ? sorted(end.outputs) : end.outputs
    return {
      inputs,
      ...pick({ outputs, unordered: true, failedNodes: end.failedNodes.map((key) => keys.get(key) ?? key) }, expected),
    }
  } catch (error) {
    if (error instanceof AshlarError) return { inputs, error: error.code }
    throw error
  }
}

async function waitForEnd(executionId: string): Promise<{ outputs: Record<string, unknown[]>; failedNodes: string[] }> {
  for await (const event of await runtime.executions.follow(runtime.ownerId, executionId, 0))
    if (event.type === 'ExecutionFinished') return event
  throw new Error('the execution has no end')
}

function sorted(outputs: Record<string, unknown[]>): Record<string, unknown[]> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, values]) => [name, values.toSorted((a, b) => Number(a) - Number(b))]),
  )
}
