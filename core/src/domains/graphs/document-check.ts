import { AshlarError, type Fault } from '../../base/index.ts'
import type { Block } from '../../blocks/index.ts'
import type { AvailablePlugins } from '../../catalogue/registry/index.ts'
import {
  assertFaultless,
  assertSmall,
  findFaults,
  findFlowFaults,
  readDocument,
  toInterface,
  type GraphDocument,
  type GraphNode,
} from '../../engine/graph/index.ts'
import { compilePlan } from '../../engine/index.ts'
import type { GraphVersion, PinnedBlocks } from './entities.ts'
import { blockWithPins, resolveSubGraphs, type LoadVersion, type SubGraphs } from './sub-graphs.ts'

/** What a graph version stores of a valid document. */
export type CheckedDocument = Pick<GraphVersion, 'document' | 'blocks' | 'children' | 'inputSchema' | 'outputSchema'>

/**
 * Checks a document with the blocks and the graphs of its owner, and pins what it uses.
 *
 * @param plugins those of the owner
 * @param load returns the versions of graphs that the document may run
 * @throws {AshlarError} BAD_INPUT GRAPH_INVALID
 */
export async function checkDocument(
  value: unknown,
  { plugins, load }: { plugins: AvailablePlugins; load: LoadVersion },
): Promise<CheckedDocument> {
  assertSmall(value)
  const read = readDocument(value)
  const nodes = read.nodes.flatMap(({ node }) => node ?? [])
  const subGraphs = await resolveSubGraphs(nodes, plugins.block, load)
  const findBlock = (node: GraphNode): Block | undefined => withSubGraph(node, plugins, subGraphs)
  const faults: Fault[] = [...read.faults, ...findFaults(read, findBlock), ...subGraphs.faults]
  if (read.document && faults.length === 0) faults.push(...findFlowFaults(read.document, findBlock))
  if (read.document && faults.length === 0) faults.push(...findPlanFaults(read.document, findBlock))
  const document = assertFaultless(read, faults)
  const children = Object.fromEntries([...subGraphs.versions].map(([node, { id }]) => [node, id]))
  return { document, blocks: pinBlocks(document, plugins), children, ...toInterface(document, findBlock) }
}

/**
 * A document without `pairing` or `origin` keeps that of the version on which it is based, so that programs that do not
 * know these settings do not change the results of a graph.
 */
export function keepSettings(value: unknown, basedOn: Pick<GraphVersion, 'document'> | null): unknown {
  if (!basedOn || typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const { pairing, origin } = basedOn.document
  return { pairing, ...(origin && { origin }), ...value }
}

/** A graph can be too complex to run. */
function findPlanFaults(document: GraphDocument, findBlock: (node: GraphNode) => Block | undefined): Fault[] {
  try {
    compilePlan(document, (node) => {
      const block = findBlock(node)
      if (!block) throw new Error(`there is no block ${node.block}`)
      return block
    })
    return []
  } catch (error) {
    if (error instanceof AshlarError) return [{ path: '', message: error.message }]
    throw error
  }
}

function withSubGraph(node: GraphNode, plugins: AvailablePlugins, { versions }: SubGraphs): Block | undefined {
  const block = plugins.block(node.block)
  return block && blockWithPins(block, node, versions.get(node.id))
}

function pinBlocks({ nodes }: GraphDocument, plugins: AvailablePlugins): PinnedBlocks {
  const pinned: PinnedBlocks = {}
  for (const { block: reference } of nodes) {
    const block = plugins.block(reference)
    if (block) pinned[reference] = { digest: block.plugin.bundle.digest, id: block.id }
  }
  return pinned
}
