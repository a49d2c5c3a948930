import { createHash } from 'node:crypto'
import { AshlarError, type Fault } from '../../../../base/index.ts'
import type { AvailablePlugins } from '../../../../catalogue/registry/index.ts'
import { parseEnd, type GraphDocument, type GraphNode } from '../../../../engine/graph/index.ts'
import { parseToolPin, toToolPin } from '../../../../pins/index.ts'
import type { VersionTree } from '../ashlar/index.ts'
import type { TransferChange } from '../report/index.ts'
import { findMisfits } from './find-misfits.ts'

/** An export in the form of the AutoGPT Platform. */
export interface AutoGptFile {
  id: string
  version: 1
  is_active: true
  name: string
  description: string
  nodes: object[]
  links: object[]
  sub_graphs: AutoGptFile[]
  input_schema: object
  output_schema: object
}

/**
 * Makes an export of the AutoGPT Platform from a graph.
 *
 * @throws {AshlarError} GRAPH_INVALID with everything in the graph that the platform cannot express
 */
export function toAutoGptFile(tree: VersionTree, plugins: AvailablePlugins): { file: AutoGptFile; changes: TransferChange[] } {
  const trees = listTrees(tree)
  const faults = trees.flatMap((each) => findMisfits(each, plugins).map((fault) => placeFault(fault, each, tree)))
  if (faults.length > 0) throw doesNotFit(faults)
  const [root, ...children] = trees.map((each) => toFile(each, plugins))
  if (!root) throw new Error('a tree has at least one graph')
  return { file: { ...root, sub_graphs: children }, changes: trees.flatMap(describeLosses) }
}

/** The graph and those that it runs, each once. */
function listTrees(root: VersionTree): VersionTree[] {
  const found = new Map([[root.versionId, root]])
  for (const { children } of found.values())
    for (const child of children.values()) if (!found.has(child.versionId)) found.set(child.versionId, child)
  return [...found.values()]
}

function placeFault({ path, message }: Fault, { name }: VersionTree, root: VersionTree): Fault {
  return { path, message: name === root.name ? message : `in the graph ${JSON.stringify(name)}: ${message}` }
}

function doesNotFit(faults: readonly Fault[]): AshlarError {
  const count = faults.length === 1 ? 'a part' : `${faults.length} parts`
  const message = `the graph has ${count} that the AutoGPT Platform cannot express: ${faults[0]?.message}`
  return new AshlarError('GRAPH_INVALID', message, { details: { path: ['graphId'], faults } })
}

function toFile(
  { versionId, name, description, document, inputSchema, outputSchema, children }: VersionTree,
  plugins: AvailablePlugins,
): AutoGptFile {
  const idOf = (nodeId: string): string => toUuid(`${versionId}:${nodeId}`)
  return {
    id: toUuid(versionId),
    version: 1,
    is_active: true,
    name,
    description,
    nodes: document.nodes.map((node) => toNode(node, idOf(node.id), plugins, children.get(node.id))),
    links: toLinks(document, idOf, plugins),
    sub_graphs: [],
    input_schema: inputSchema,
    output_schema: outputSchema,
  }
}

function toNode(node: GraphNode, id: string, plugins: AvailablePlugins, child: VersionTree | undefined): object {
  const block = plugins.block(node.block)
  const metadata = {
    ...(node.position && { position: node.position }),
    ...(node.title !== undefined && { customized_name: node.title }),
  }
  if (block?.kind === 'placeholder') {
    const { block_id: blockId, input_default: inputs, metadata: more } = Object(node.inputs.data) as Record<string, unknown>
    return { id, block_id: blockId, input_default: inputs ?? {}, metadata: { ...Object(more), ...metadata } }
  }
  const { autogpt_quirks: _, ...inputs } = node.inputs
  const reference = child && {
    graph_id: toUuid(child.versionId),
    graph_version: 1,
    input_schema: child.inputSchema,
    output_schema: child.outputSchema,
  }
  return { id, block_id: block?.id, input_default: { ...inputs, ...reference }, metadata }
}

function toLinks({ nodes, links }: GraphDocument, idOf: (nodeId: string) => string, plugins: AvailablePlugins): object[] {
  const blocks = new Map(nodes.map((node) => [node.id, plugins.block(node.block)]))
  return links.map(({ from, to }, index) => {
    const [source, sink] = [parseEnd(from), parseEnd(to)]
    const tool = parseToolPin(source.pin)
    return {
      id: toUuid(`${idOf(source.node)}:link:${index}`),
      source_id: idOf(source.node),
      sink_id: idOf(sink.node),
      source_name: tool ? toToolPin({ node: idOf(tool.node), pin: tool.pin }) : source.pin,
      sink_name: sink.pin,
      is_static: blocks.get(source.node)?.staticOutput ?? false,
    }
  })
}

/** What the platform has no field for. It does not change what a graph computes. */
function describeLosses({ document, labels }: VersionTree): TransferChange[] {
  const lost = (path: string, message: string): TransferChange => ({ kind: 'DROPPED', path, message })
  const nodes = document.nodes.flatMap(({ id, timeoutMs, retry, credentials }) => {
    const fields = Object.entries({ timeoutMs, retry, credentials }).filter(([, value]) => value !== undefined)
    return fields.map(([field]) => lost(`nodes.${id}.${field}`, 'nodes have no such field in the AutoGPT Platform'))
  })
  return [
    ...(labels.length > 0 ? [lost('labels', 'graphs have no labels in the AutoGPT Platform')] : []),
    ...(document.onUnhandledError === 'FAIL'
      ? [lost('onUnhandledError', 'an execution continues after every failure in the AutoGPT Platform')]
      : []),
    ...nodes,
  ]
}

/** A UUID that is always the same for the same text. */
function toUuid(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
