import { AshlarError, describeIssues, showValue, type Fault } from '../../../../base/index.ts'
import { describeCycle, findCycle, type Draft } from '../report/index.ts'
import { AGENT_EXECUTOR } from './block-ids.ts'
import { convertGraph } from './convert-graph.ts'
import { graphForm, MAX_NAME_LENGTH, type ExportedGraph, type ExportedNode, type FileGraph } from './form.ts'

/** The limits of a file. Each graph has those of a graph document too. */
const MAX_GRAPHS = 100
const MAX_NODES = 20_000
/** Graphs inside of graphs inside of graphs. Exports have one level. */
const MAX_DEPTH = 16

const DEFAULT_NAME = 'Imported graph'

/**
 * Reads an export of the AutoGPT Platform.
 *
 * @returns the graph of the file first, then its sub-graphs
 * @throws {AshlarError} BAD_INPUT when it does not have the form of an export; GRAPH_INVALID when links name unknown
 *   nodes, ids are used twice, or graphs run each other in a circle
 */
export function readAutoGptFile(file: Record<string, unknown>): Draft[] {
  const graphs = flatten(file)
  const nodes = graphs.reduce((count, { graph }) => count + graph.nodes.length, 0)
  if (nodes > MAX_NODES)
    throw invalid('BAD_INPUT', [
      { path: 'nodes', message: `the graphs of a file must have at most ${MAX_NODES} nodes together, got ${nodes}` },
    ])
  const faults = [...findDuplicates(graphs), ...graphs.flatMap(findReferenceFaults)]
  if (faults.length > 0) throw invalid('GRAPH_INVALID', faults)
  const drafts = graphs.map((each) => toDraft(each, graphs))
  assertNoCycle(drafts)
  return drafts
}

/** The graph of a file and its sub-graphs, which newer exports call `sub_graphs` and older ones `subgraphs`. */
function flatten(file: Record<string, unknown>): FileGraph[] {
  const found: FileGraph[] = []
  const add = (value: unknown, path: string[], depth: number): void => {
    if (found.length === MAX_GRAPHS || depth > MAX_DEPTH)
      throw invalid('BAD_INPUT', [
        {
          path: path.join('.'),
          message: `a file must have at most ${MAX_GRAPHS} graphs, nested at most ${MAX_DEPTH} levels deep`,
        },
      ])
    const graph = parseGraph(value, path)
    found.push({ key: path.join('.'), graph, path })
    for (const field of ['sub_graphs', 'subgraphs'] as const)
      for (const [i, child] of (graph[field] ?? []).entries()) add(child, [...path, field, `${i}`], depth + 1)
  }
  add(file, [], 0)
  return found
}

function parseGraph(value: unknown, path: readonly string[]): ExportedGraph {
  const parsed = graphForm.safeParse(value)
  if (parsed.success) return parsed.data
  const faults = describeIssues(parsed.error, value)
  throw invalid(
    'BAD_INPUT',
    faults.map(({ path: at, message }) => ({ path: [...path, ...(at === '' ? [] : [at])].join('.'), message })),
  )
}

/** Finds graphs with the same id and version: a node that runs such a graph could mean either. */
function findDuplicates(graphs: readonly FileGraph[]): Fault[] {
  const places = new Map<string, string>()
  return graphs.flatMap(({ graph: { id, version }, path }): Fault[] => {
    if (id == null) return []
    const key = `${id} ${version ?? ''}`
    const first = places.get(key)
    if (first === undefined) places.set(key, path.length === 0 ? 'the file' : path.join('.'))
    const which = version == null ? showValue(id) : `${showValue(id)}, version ${version},`
    return first === undefined
      ? []
      : [{ path: [...path, 'id'].join('.'), message: `${first} contains the graph ${which} too: remove one of them` }]
  })
}

/** Finds links that name unknown nodes, and nodes with the same id. */
function findReferenceFaults({ graph: { nodes, links }, path }: FileGraph): Fault[] {
  const at = (...place: (string | number)[]): string => [...path, ...place].join('.')
  const places = new Map<string, number>()
  const faults = nodes.flatMap(({ id }, i): Fault[] => {
    const first = places.get(id)
    if (first === undefined) places.set(id, i)
    return first === undefined
      ? []
      : [
          {
            path: at('nodes', i, 'id'),
            message: `the node at position ${first} has the id ${showValue(id)} too: ids must be unique`,
          },
        ]
  })
  const unknown = (links ?? []).flatMap((link, i) =>
    (['source_id', 'sink_id'] as const)
      .filter((end) => !places.has(link[end]))
      .map((end): Fault => ({ path: at('links', i, end), message: `there is no node with the id ${showValue(link[end])}` })),
  )
  return [...faults, ...unknown]
}

function toDraft(file: FileGraph, graphs: readonly FileGraph[]): Draft {
  const { key, graph, path } = file
  const targets = new Map(
    graph.nodes.flatMap((node) => {
      const target = findTarget(node, graphs)
      return target ? [[node.id, target.key] as const] : []
    }),
  )
  return {
    key,
    sourceId: graph.id ?? undefined,
    name: nameOf(graph),
    description: describe(graph),
    labels: [],
    path,
    documentPath: path,
    children: [...new Set(targets.values())],
    toDocument: (saved, find) => convertGraph(file, { find, childOf: (nodeId) => saved.get(targets.get(nodeId) ?? NONE) }),
  }
}

/** No key of a graph. */
const NONE = ' '

function nameOf({ name }: ExportedGraph): string {
  return name?.trim() ? name.trim().slice(0, MAX_NAME_LENGTH) : DEFAULT_NAME
}

/** The instructions of an agent have no field of their own here. */
function describe({ description, instructions }: ExportedGraph): string {
  return [description, instructions].filter((text) => text?.trim()).join('\n\n')
}

/** The graph of the file that a node runs: the version that it names, otherwise another version of the same graph. */
function findTarget(
  { block_id: blockId, input_default: inputs }: ExportedNode,
  graphs: readonly FileGraph[],
): FileGraph | undefined {
  const { graph_id: id, graph_version: version } = inputs ?? {}
  if (blockId !== AGENT_EXECUTOR || typeof id !== 'string') return undefined
  const same = graphs.filter(({ graph }) => graph.id === id)
  return same.find(({ graph }) => graph.version === version) ?? same[0]
}

function assertNoCycle(drafts: readonly Draft[]): void {
  const cycle = findCycle(drafts)
  const [first] = cycle ?? []
  if (!cycle || !first) return
  throw invalid('GRAPH_INVALID', [
    { path: [...first.path, 'nodes'].join('.'), message: `graphs must not run each other in a circle: ${describeCycle(cycle)}` },
  ])
}

function invalid(code: 'BAD_INPUT' | 'GRAPH_INVALID', faults: readonly Fault[]): AshlarError {
  const [first] = faults
  const count = faults.length > 1 ? ` and ${faults.length - 1} more` : ''
  const message = `the file cannot be imported: ${first?.path === '' ? '' : `${first?.path}: `}${first?.message}${count}`
  return new AshlarError(code, message, { details: { path: ['document'], faults: faults.slice(0, MAX_FAULTS) } })
}

const MAX_FAULTS = 1000
