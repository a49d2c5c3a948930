import type { Fault } from '@ashlar/core'
import type { Api, ApiGraph, SavedGraph } from '../client/index.ts'
import type { GraphFile } from './graph-file.ts'
import { isSameDocument } from './same-document.ts'

/** The graph of a file, as the server has it now. */
export interface EnsuredGraph {
  graph: ApiGraph
  /** `UPGRADED`: it was there, with blocks that have changed since, and has a new version with the blocks that are installed. */
  outcome: 'CREATED' | 'UPGRADED' | 'UNCHANGED'
  /** What is most likely a mistake in it. */
  warnings: readonly Fault[]
}

/**
 * The user's graph with the name and the document of a file, which is created when there is none. Its active version uses the blocks
 * that are installed now.
 *
 * @throws {AshlarError} GRAPH_INVALID BAD_INPUT VERSION_CONFLICT
 */
export async function ensureGraph(api: Api, { name, description, document }: GraphFile): Promise<EnsuredGraph> {
  const found = await findGraph(api, name, document)
  if (!found) return saved(await api.createGraph({ name, description, document }), 'CREATED')
  const { status, newest, warnings } = await api.compatibility(found.id)
  if (status === 'COMPATIBLE') return { graph: found, outcome: 'UNCHANGED', warnings }
  return saved(await api.saveGraphVersion(found.id, newest, document), 'UPGRADED')
}

function saved(graph: SavedGraph, outcome: EnsuredGraph['outcome']): EnsuredGraph {
  return { graph, outcome, warnings: graph.activeVersion.warnings }
}

async function findGraph(api: Api, name: string, document: GraphFile['document']): Promise<ApiGraph | undefined> {
  for await (const graph of api.graphs()) {
    if (graph.name === name && isSameDocument(document, graph.activeVersion.document)) return graph
  }
  return undefined
}
