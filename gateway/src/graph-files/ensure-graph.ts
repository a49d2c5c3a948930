import { isEqual, readDocument } from '@ashlar/core'
import type { Api, ApiGraph, GraphWarning, SavedGraph } from '../client/index.ts'
import type { GraphFile } from './graph-file.ts'

/** The graph of a file, as it is stored on the server. */
export interface EnsuredGraph {
  graph: ApiGraph
  /**
   * `UPGRADED`: some blocks of the existing graph have changed, so a new version with the installed blocks was saved.
   */
  outcome: 'CREATED' | 'UPGRADED' | 'UNCHANGED'
  /** Probable mistakes in the document. */
  warnings: readonly GraphWarning[]
}

/**
 * Finds the user's graph with the name and the document of a file, or creates it. Its active version then uses the
 * installed blocks. The graphs of a file that contains several are always created.
 *
 * @throws {AshlarError} GRAPH_INVALID BAD_INPUT VERSION_CONFLICT
 */
export async function ensureGraph(api: Api, { name, description, labels, document, graphs }: GraphFile): Promise<EnsuredGraph> {
  if (Object.keys(graphs).length > 0) {
    const file = { name, description, labels, document, graphs }
    return toEnsured((await api.importGraph({ format: 'ASHLAR', document: file })).graph, 'CREATED')
  }
  const found = await findGraph(api, name, document)
  if (!found) return toEnsured(await api.createGraph({ name, description, labels, document }), 'CREATED')
  const { status, newest, warnings } = await api.compatibility(found.id)
  if (status === 'COMPATIBLE') return { graph: found, outcome: 'UNCHANGED', warnings }
  return toEnsured(await api.saveGraphVersion(found.id, newest, document), 'UPGRADED')
}

function toEnsured(graph: SavedGraph, outcome: EnsuredGraph['outcome']): EnsuredGraph {
  return { graph, outcome, warnings: graph.activeVersion.warnings }
}

async function findGraph(api: Api, name: string, document: GraphFile['document']): Promise<ApiGraph | undefined> {
  // A saved document has all defaults.
  const { document: saved } = readDocument(document)
  if (!saved) return undefined
  for await (const graph of api.graphs()) {
    if (graph.name === name && isEqual(saved, graph.activeVersion.document)) return graph
  }
  return undefined
}
