import type { Api, ApiGraph } from '../client/index.ts'
import type { GraphFile } from './graph-file.ts'
import { isSameDocument } from './same-document.ts'

/** The user's graph of this name with this very document; made when there is none. */
export async function ensureGraph(
  api: Api,
  { name, description, document }: GraphFile,
): Promise<{ graph: ApiGraph; created: boolean }> {
  for await (const graph of api.graphs()) {
    if (graph.name === name && isSameDocument(document, graph.activeVersion.document)) return { graph, created: false }
  }
  return { graph: await api.createGraph({ name, description, document }), created: true }
}
