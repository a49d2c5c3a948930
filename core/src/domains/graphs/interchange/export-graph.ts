import type { PluginRegistry } from '../../../catalogue/registry/index.ts'
import { AshlarError, minJsonLength, type Batcher } from '../../../base/index.ts'
import { graphNotFound } from '../active-versions.ts'
import type { Graph, GraphVersion } from '../entities.ts'
import type { Graphs } from '../graphs.ts'
import { canonicalText, toAshlarFile, type VersionTree } from './ashlar/index.ts'
import { toAutoGptFile } from './autogpt/index.ts'
import { FILE_LIMITS, type GraphFormat, type TransferChange } from './report/index.ts'

export interface ExportRequest {
  /** @default 'ASHLAR' */
  format?: GraphFormat | undefined
  /** The number of the version. @default the active version */
  version?: number | undefined
}

/** An exported graph, with the graphs that its nodes run. */
export interface ExportedGraph {
  format: GraphFormat
  /** The content of the file. */
  document: object
  /** The file: equal graphs have equal texts. */
  text: string
  /** What the format cannot express. Empty for `ASHLAR`. */
  changes: TransferChange[]
}

interface Parts {
  /** Finds graphs by their ids, also deleted ones. Concurrent exports share statements. */
  names: Batcher<string, Graph | undefined>
  plugins: PluginRegistry
  graphs: Graphs
}

/** @throws {AshlarError} NOT_FOUND, LIMIT_EXCEEDED, GRAPH_INVALID with all parts that do not fit the format */
export async function exportGraph(
  parts: Parts,
  ownerId: string,
  graphId: string,
  { format = 'ASHLAR', version: number }: ExportRequest,
): Promise<ExportedGraph> {
  const version = await parts.graphs.versionToRun(ownerId, graphId, number)
  const tree = await loadTree(parts, version)
  if (format === 'ASHLAR') {
    const file = toAshlarFile(tree)
    return { format, document: file, text: canonicalText(file), changes: [] }
  }
  const { file, changes } = toAutoGptFile(tree, await parts.plugins.forAccount(ownerId))
  return { format, document: file, text: `${JSON.stringify(file, null, 2)}\n`, changes }
}

/** Returns the content of a file in the format of Ashlar, with the active version of a graph. */
export async function toFile(parts: Parts, { ownerId, activeVersionId: id }: Graph): Promise<object> {
  const version = (await parts.graphs.findVersions(ownerId, [id])).get(id)
  if (!version) throw new Error(`there is no graph version ${id}`)
  return toAshlarFile(await loadTree(parts, version))
}

/** The versions that are loaded at once, because each may have a large document. */
const MAX_LOADED = 20

/** Loads a version and the versions that its nodes run. @throws {AshlarError} LIMIT_EXCEEDED */
async function loadTree({ names, graphs }: Parts, root: GraphVersion): Promise<VersionTree> {
  const versions = new Map([[root.id, root]])
  const waiting = new Set(Object.values(root.children))
  let chars = minJsonLength(root.document)
  while (waiting.size > 0) {
    const ids = waiting.values().take(MAX_LOADED).toArray()
    const found = await graphs.findVersions(root.ownerId, ids)
    for (const id of ids) waiting.delete(id)
    for (const [id, version] of found) {
      versions.set(id, version)
      chars += minJsonLength(version.document)
    }
    if (versions.size > FILE_LIMITS.graphs + 1 || chars > FILE_LIMITS.chars) throw tooLarge()
    for (const version of found.values())
      for (const child of Object.values(version.children)) if (!versions.has(child)) waiting.add(child)
  }
  // A node still runs the version of a graph that was deleted.
  const graphIds = new Set([...versions.values()].flatMap(({ graphId }) => graphId ?? []))
  const named = await Promise.all([...graphIds].map((id) => names.add(id)))
  return buildTree(root, versions, new Map(named.flatMap((graph) => (graph ? [[graph.id, graph]] : []))))
}

function tooLarge(): AshlarError {
  const { graphs, chars } = FILE_LIMITS
  const message = `the graph and the graphs that it runs do not fit in one file, which has at most ${graphs} other graphs and ${chars} characters: export the graphs one by one`
  return new AshlarError('LIMIT_EXCEEDED', message, { details: { path: ['graphId'] } })
}

function buildTree(
  root: GraphVersion,
  versions: ReadonlyMap<string, GraphVersion>,
  graphs: ReadonlyMap<string, Graph>,
): VersionTree {
  const built = new Map<string, VersionTree>()
  const build = (version: GraphVersion): VersionTree => {
    const { id: versionId, document, inputSchema, outputSchema } = version
    const graph = graphs.get(version.graphId ?? '')
    if (!graph) throw graphNotFound()
    const { name, description, labels } = graph
    const children = new Map<string, VersionTree>()
    const tree = { versionId, name, description, labels, document, inputSchema, outputSchema, children }
    for (const [node, id] of Object.entries(version.children)) {
      const child = versions.get(id)
      if (child) children.set(node, built.get(id) ?? build(child))
    }
    built.set(versionId, tree)
    return tree
  }
  return build(root)
}
