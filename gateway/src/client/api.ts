import { AshlarError, type GraphDocument, type GraphFormat, type JsonSchema, type SourcePosition } from '@ashlar/core'
import type { Client } from './client.ts'
import {
  CANCEL_EXECUTION,
  CREATE_GRAPH,
  EXECUTION_EVENTS,
  EXPORT_GRAPH,
  GRAPH_COMPATIBILITY,
  IMPORT_GRAPH,
  LIST_GRAPHS,
  SAVE_GRAPH_VERSION,
  SCAN_PLUGINS,
  START_EXECUTION,
} from './operations.ts'
import { mutate, mutateAll, readAll, type Page } from './requests.ts'

/** A graph, as the API returns it. */
export interface ApiGraph {
  /** Global id. */
  id: string
  name: string
  description: string
  labels: string[]
  activeVersion: { number: number; document: GraphDocument; inputSchema: JsonSchema }
}

/** A graph after its active version was saved. */
export type SavedGraph = ApiGraph & { activeVersion: { warnings: GraphWarning[] } }

/** What an import has created. */
interface ImportedFile {
  /** The graph of the file. */
  graph: SavedGraph
  report: ImportReport
}

/** See `GraphImportReport` of the schema. */
export interface ImportReport {
  format: GraphFormat
  providerNames: string[]
  missingBlocks: { block: string; name: string | null; reason: string; count: number }[]
  graphs: {
    sourceId: string | null
    graph: { id: string; name: string }
    changes: TransferChange[]
    nodes: { sourceId: string; nodeId: string; status: string; changes: TransferChange[] }[]
  }[]
}

/** A difference between a graph and its form in another format. */
export interface TransferChange {
  kind: 'MAPPED' | 'RECOMPUTED' | 'DROPPED' | 'MISSING'
  path: string[]
  message: string
  providerName: string | null
}

/** An event of an execution, as the API returns it. */
export type ApiEvent = { id: string; seq: number; at: string } & (
  | { __typename: 'ExecutionStarted' }
  | { __typename: 'NodeStarted'; nodeId: string; number: number; attempt: number }
  | { __typename: 'NodeOutput'; nodeId: string; number: number; pin: string }
  | { __typename: 'NodeLog'; nodeId: string; number: number; level: string; text: string }
  | {
      __typename: 'NodeFinished'
      nodeId: string
      number: number
      attempt: number
      error: { code: string; message: string; position: SourcePosition | null } | null
      retryInMs: number | null
    }
  | { __typename: 'NodeProgress'; nodeId: string; number: number; fraction: number; note: string }
  | { __typename: 'NodeWaiting'; nodeId: string; number: number; until: string }
  | { __typename: 'NodeResumed'; nodeId: string; number: number }
  | { __typename: 'NodeRetried'; nodeId: string; number: number; attempt: number }
  | ({ __typename: 'ExecutionFinished' } & ExecutionResult)
)

/** A probable mistake in a document. */
export interface GraphWarning {
  path: string[]
  message: string
}

/** The result of an execution. */
export interface ExecutionResult {
  status: 'COMPLETED' | 'FAILED' | 'CANCELLED'
  outputs: Record<string, unknown[]>
  failedNodes: string[]
  reason: { code: string; message: string; nodeId: string | null } | null
}

interface GraphCompatibility {
  status: 'COMPATIBLE' | 'UPGRADABLE' | 'BREAKING'
  /** Number of the newest version. The active version may be older. */
  newest: number
  /** Likely mistakes in the active version. */
  warnings: GraphWarning[]
}

interface PluginScan {
  /** Whether all workers finished in time. */
  complete: boolean
  failedPlugins: { packageName: string; error: { code: string; message: string } | null }[]
}

/** The API operations that commands use. Expected errors are thrown as AshlarErrors. */
export interface Api {
  /** Yields the newest graph first. */
  graphs(): AsyncGenerator<ApiGraph, void>
  createGraph(graph: { name: string; description: string; labels: string[]; document: unknown }): Promise<SavedGraph>
  /** @param file the content of a file, or its text */
  importGraph(file: { document: unknown; format?: GraphFormat | undefined; name?: string | undefined }): Promise<ImportedFile>
  /** @param graphId global id. @param version its number. The default is the active version */
  exportGraph(graphId: string, format: GraphFormat, version?: number): Promise<{ text: string; changes: TransferChange[] }>
  /** Adds a version and activates it. @param basedOn number of the newest version */
  saveGraphVersion(graphId: string, basedOn: number, document: unknown): Promise<SavedGraph>
  /** Compares the active version of a graph with the installed plugins. */
  compatibility(graphId: string): Promise<GraphCompatibility>
  /** Makes the server reload changed plugins from its plugin folders. */
  scanPlugins(): Promise<PluginScan>
  /** @returns the global id of the execution */
  startExecution(graphId: string, inputs: object, options?: { recordHttp?: boolean }): Promise<string>
  cancelExecution(executionId: string): Promise<void>
  /**
   * Yields each event of an execution once, in order, until the execution finishes. After a connection failure it
   * reconnects and continues after the last event that it received.
   */
  follow(executionId: string, signal: AbortSignal): AsyncGenerator<ApiEvent, void>
}

export function createApi(client: Client): Api {
  return {
    async *graphs() {
      const graphs = readAll(client, LIST_GRAPHS, (data: { graphs: Page<GraphAnswer<ApiGraph>> }) => data.graphs)
      for await (const graph of graphs) yield toApiGraph(graph)
    },
    async createGraph({ document, ...graph }) {
      const input = { ...graph, document: { json: document } }
      return toApiGraph(await mutate<GraphAnswer<SavedGraph>>(client, CREATE_GRAPH, 'graph', input))
    },
    async importGraph(input) {
      const { graph, report } = await mutateAll<{ graph: GraphAnswer<SavedGraph>; report: ImportReport }>(
        client,
        IMPORT_GRAPH,
        input,
      )
      return { graph: toApiGraph(graph), report }
    },
    exportGraph: (graphId, format, version) => mutateAll(client, EXPORT_GRAPH, { graphId, format, version }),
    async saveGraphVersion(graphId, basedOn, document) {
      const input = { graphId, basedOn, document: { json: document } }
      return toApiGraph(await mutate<GraphAnswer<SavedGraph>>(client, SAVE_GRAPH_VERSION, 'graph', input))
    },
    async compatibility(graphId) {
      const { graph } = (await client.request(GRAPH_COMPATIBILITY, { id: graphId })) as { graph: CompatibilityAnswer | null }
      if (!graph) throw new AshlarError('NOT_FOUND', 'the graph was deleted: run the command again')
      const { compatibility, warnings } = graph.activeVersion
      return { status: compatibility.status, newest: graph.versions.edges[0]?.node.number ?? 1, warnings }
    },
    scanPlugins: () => mutate(client, SCAN_PLUGINS, 'scan'),
    async startExecution(graphId, inputs, options = {}) {
      return (await mutate<{ id: string }>(client, START_EXECUTION, 'execution', { graphId, inputs, ...options })).id
    },
    async cancelExecution(executionId) {
      await mutate(client, CANCEL_EXECUTION, 'execution', { executionId })
    },
    follow: (executionId, signal) => follow(client, executionId, signal),
  }
}

async function* follow(client: Client, executionId: string, signal: AbortSignal): AsyncGenerator<ApiEvent, void> {
  try {
    for await (const data of client.subscribe(EXECUTION_EVENTS, { executionId }, signal))
      yield (data as { executionEvents: ApiEvent }).executionEvents
  } catch (error) {
    if (!(error instanceof AshlarError && error.code === 'SERVER_UNREACHABLE')) throw error
    const message = `the connection to the server was lost (${error.message}): the execution continues when the server runs again`
    throw new AshlarError('SHUTTING_DOWN', message, { cause: error })
  }
}

/** A graph whose document is an object of the schema. */
type GraphAnswer<Graph extends ApiGraph> = Omit<Graph, 'activeVersion'> & {
  activeVersion: Omit<Graph['activeVersion'], 'document'> & { document: { json: GraphDocument } }
}

function toApiGraph<Graph extends ApiGraph>({ activeVersion, ...graph }: GraphAnswer<Graph>): Graph {
  return { ...graph, activeVersion: { ...activeVersion, document: activeVersion.document.json } } as unknown as Graph
}

interface CompatibilityAnswer {
  activeVersion: { compatibility: Pick<GraphCompatibility, 'status'>; warnings: GraphWarning[] }
  versions: { edges: { node: { number: number } }[] }
}
