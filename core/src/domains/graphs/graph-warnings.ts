import { type Fault, Turns } from '../../base/index.ts'
import type { PluginRegistry } from '../../catalogue/registry/index.ts'
import {
  assertSmall,
  documentSchema,
  findConversions,
  findWarnings,
  type FindBlock,
  type GraphConversion,
  type GraphDocument,
} from '../../engine/graph/index.ts'
import type { GraphVersion } from './entities.ts'
import type { Graphs } from './graphs.ts'
import { loadPinnedBlocks } from './pinned-blocks.ts'
import { blockWithPins, loadVersions, resolveSubGraphs } from './sub-graphs.ts'

/** Warnings about graphs: see {@link findWarnings}. */
export interface GraphWarnings {
  /**
   * Returns the warnings of a document with the installed blocks, or none if the document does not have the form of a
   * graph.
   *
   * @throws {AshlarError} BAD_INPUT when the document is too large
   */
  ofDocument(ownerId: string, document: unknown): Promise<Fault[]>
  /** Like {@link GraphWarnings.ofDocument}, for the conversions of a document: see {@link findConversions}. */
  conversionsOf(ownerId: string, document: unknown): Promise<GraphConversion[]>
  /** Returns the warnings of a version with the blocks that it pins. */
  ofVersion(version: GraphVersion): Promise<Fault[]>
}

export function createGraphWarnings(graphs: Graphs, plugins: PluginRegistry): GraphWarnings {
  const turns = new Turns()
  const readDocument = async <T>(
    ownerId: string,
    document: unknown,
    find: (read: GraphDocument, findBlock: FindBlock) => T[],
  ) => {
    assertSmall(document)
    const parsed = documentSchema.safeParse(document)
    if (!parsed.success) return []
    const available = await plugins.forAccount(ownerId)
    const { versions } = await resolveSubGraphs(
      parsed.data.nodes,
      available.block,
      loadVersions({ toRun: graphs.versionToRun.bind(graphs) }, ownerId),
    )
    return find(parsed.data, (node) => {
      const block = available.block(node.block)
      return block && blockWithPins(block, node, versions.get(node.id))
    })
  }
  return {
    ofDocument: (ownerId, document) => readDocument(ownerId, document, findWarnings),
    conversionsOf: (ownerId, document) => readDocument(ownerId, document, findConversions),
    async ofVersion({ ownerId, document, blocks, children }) {
      const [pinned, versions] = await Promise.all([
        loadPinnedBlocks(blocks, plugins),
        graphs.findVersions(ownerId, Object.values(children)),
      ])
      return turns.run(() =>
        findWarnings(document, (node) => {
          const block = pinned.get(node.block)
          return block && blockWithPins(block, node, versions.get(children[node.id] ?? ''))
        }),
      )
    },
  }
}
