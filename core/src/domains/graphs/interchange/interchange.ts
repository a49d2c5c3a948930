import { AshlarError, Batcher } from '../../../base/index.ts'
import type { Block } from '../../../blocks/index.ts'
import type { AvailablePlugins, PluginRegistry } from '../../../catalogue/registry/index.ts'
import type { Database } from '../../../postgres/index.ts'
import { checkDocument } from '../document-check.ts'
import { Graph, type GraphVersion } from '../entities.ts'
import type { Graphs } from '../graphs.ts'
import { addGraph, assertRoom, type GraphQuota } from '../save-graphs.ts'
import { loadVersions, type LoadVersion } from '../sub-graphs.ts'
import { readAshlarFile } from './ashlar/index.ts'
import { readAutoGptFile } from './autogpt/index.ts'
import { exportGraph, toFile, type ExportedGraph, type ExportRequest } from './export-graph.ts'
import { detectFormat, parseFile } from './parse-file.ts'
import { sortDrafts, summarize, type Draft, type GraphFormat, type ImportedGraph, type ImportReport } from './report/index.ts'

interface ImportRequest {
  /** @default the format of the file */
  format?: GraphFormat | undefined
  /** The value of the file, or its text. Not validated. */
  document: unknown
  /** @default the name in the file */
  name?: string | undefined
}

/** Brings graphs in and out of files. */
export interface Interchange {
  /**
   * Creates the graph of a file and the graphs that it runs, in one transaction.
   *
   * @throws {AshlarError} BAD_INPUT GRAPH_INVALID
   */
  import(ownerId: string, request: ImportRequest): Promise<ImportReport>
  /** @throws {AshlarError} NOT_FOUND, GRAPH_INVALID with all parts that do not fit the format */
  export(ownerId: string, graphId: string, request: ExportRequest): Promise<ExportedGraph>
  /** Returns the content of a file in the format of Ashlar, with the active version of a graph. */
  toFile(graph: Graph): Promise<object>
}

const MAX_BATCH = 500

interface Parts {
  database: Database
  plugins: PluginRegistry
  graphs: Graphs
  quotas: GraphQuota
}

export function createInterchange(parts: Parts): Interchange {
  const names = new Batcher<string, Graph | undefined>(MAX_BATCH, async (ids) => {
    const found = await parts.database.fork().find(Graph, { id: { $in: [...new Set(ids)] } })
    const byId = new Map(found.map((graph) => [graph.id, graph]))
    return ids.map((id) => byId.get(id))
  })
  return {
    async import(ownerId, { format: given, document, name }) {
      const file = parseFile(document)
      const format = detectFormat(file, given)
      const drafts = format === 'AUTOGPT' ? readAutoGptFile(file) : readAshlarFile(file)
      const [root] = drafts
      if (root && name !== undefined) root.name = name
      return summarize(format, await saveDrafts(parts, ownerId, drafts))
    },
    export: (ownerId, graphId, request) => exportGraph({ ...parts, names }, ownerId, graphId, request),
    toFile: (graph) => toFile({ ...parts, names }, graph),
  }
}

/** Saves all drafts or none. @param drafts the graph of the file first */
async function saveDrafts(
  { database, plugins: registry, graphs, quotas }: Parts,
  ownerId: string,
  drafts: readonly Draft[],
): Promise<ImportedGraph[]> {
  const plugins = await registry.forAccount(ownerId)
  const em = database.fork()
  const saved = new Map<string, GraphVersion>()
  const stored = loadVersions({ toRun: graphs.versionToRun.bind(graphs) }, ownerId)
  const load: LoadVersion = async (graphId, number) => {
    const own = [...saved.values()].find((version) => version.graphId === graphId)
    return own && (number === undefined || number === own.number) ? own : stored(graphId, number)
  }
  const imported = new Map<Draft, ImportedGraph>()
  for (const draft of sortDrafts(drafts)) {
    const { graph, version, ...report } = await saveDraft(draft, {
      saved,
      load,
      plugins,
      add: (given) => addGraph(em, ownerId, given),
    })
    saved.set(draft.key, version)
    imported.set(draft, { graph, sourceId: draft.sourceId, ...report })
  }
  await em.transactional(async (transaction) => {
    await assertRoom(transaction, quotas, ownerId, drafts.length)
    await transaction.flush()
  })
  return drafts.flatMap((draft) => imported.get(draft) ?? [])
}

interface Saving {
  saved: ReadonlyMap<string, GraphVersion>
  load: LoadVersion
  plugins: AvailablePlugins
  add(graph: Parameters<typeof addGraph>[2]): { graph: Graph; version: GraphVersion }
}

async function saveDraft(
  draft: Draft,
  { saved, load, plugins, add }: Saving,
): Promise<{ graph: Graph; version: GraphVersion } & Pick<ImportedGraph, 'nodes' | 'changes'>> {
  const find = (reference: string): Block | undefined => plugins.block(reference)
  const { document, nodes, changes } = draft.toDocument(saved, find)
  const checked = await placeErrors(['document', ...draft.documentPath], () => checkDocument(document, { plugins, load }))
  const { name, description, labels } = draft
  const added = await placeErrors(['document', ...draft.path], () => add({ name, description, labels, checked }))
  return { ...added, nodes, changes }
}

/** Places the errors of a graph at its place in the input. */
async function placeErrors<T>(path: readonly string[], work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof AshlarError) || !error.details.path) throw error
    const [field, ...rest] = error.details.path
    const details = { ...error.details, path: [...path, ...(field === 'document' ? rest : error.details.path)] }
    throw new AshlarError(error.code, error.message, { details, cause: error })
  }
}
