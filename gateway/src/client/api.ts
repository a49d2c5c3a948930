import { AshlarError, type GraphDocument, type JsonSchema, type SourcePosition } from '@ashlar/core'
import { toError, type Client } from './client.ts'
import {
  CANCEL_EXECUTION,
  CREATE_GRAPH,
  EXECUTION_EVENTS,
  GRAPH_COMPATIBILITY,
  LIST_GRAPHS,
  SAVE_GRAPH_VERSION,
  SCAN_PLUGINS,
  START_EXECUTION,
} from './operations.ts'

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
  /** Adds a version and activates it. @param basedOn number of the newest version */
  saveGraphVersion(graphId: string, basedOn: number, document: unknown): Promise<SavedGraph>
  /** Compares the active version of a graph with the installed plugins. */
  compatibility(graphId: string): Promise<GraphCompatibility>
  /** Makes the server reload changed plugins from its plugin folders. */
  scanPlugins(): Promise<PluginScan>
  /** @returns the global id of the execution */
  startExecution(graphId: string, inputs: object): Promise<string>
  cancelExecution(executionId: string): Promise<void>
  /**
   * Yields each event of an execution once, in order, until the execution finishes. After a connection failure it
   * reconnects and continues after the last event that it received.
   */
  follow(executionId: string, signal: AbortSignal): AsyncGenerator<ApiEvent, void>
}

const PAGE = 100

export function createApi(client: Client): Api {
  return {
    async *graphs() {
      let after: string | null = null
      do {
        const { graphs } = (await client.request(LIST_GRAPHS, { first: PAGE, after })) as { graphs: GraphPage }
        for (const { node } of graphs.edges) yield toApiGraph(node)
        after = graphs.pageInfo.hasNextPage ? graphs.pageInfo.endCursor : null
      } while (after !== null)
    },
    async createGraph({ document, ...graph }) {
      const input = { ...graph, document: { json: document } }
      const { createGraph } = (await client.request(CREATE_GRAPH, { input })) as {
        createGraph: Payload<{ graph: GraphAnswer<SavedGraph> }>
      }
      return toApiGraph(unwrapPayload(createGraph, 'graph'))
    },
    async saveGraphVersion(graphId, basedOn, document) {
      const input = { graphId, basedOn, document: { json: document } }
      const { saveGraphVersion } = (await client.request(SAVE_GRAPH_VERSION, { input })) as {
        saveGraphVersion: Payload<{ graph: GraphAnswer<SavedGraph> }>
      }
      return toApiGraph(unwrapPayload(saveGraphVersion, 'graph'))
    },
    async compatibility(graphId) {
      const { graph } = (await client.request(GRAPH_COMPATIBILITY, { id: graphId })) as { graph: CompatibilityAnswer | null }
      if (!graph) throw new AshlarError('NOT_FOUND', 'the graph was deleted: run the command again')
      const { compatibility, warnings } = graph.activeVersion
      return { status: compatibility.status, newest: graph.versions.edges[0]?.node.number ?? 1, warnings }
    },
    async scanPlugins() {
      const { scanPlugins } = (await client.request(SCAN_PLUGINS)) as { scanPlugins: Payload<{ scan: PluginScan }> }
      return unwrapPayload(scanPlugins, 'scan')
    },
    async startExecution(graphId, inputs) {
      const { startExecution } = (await client.request(START_EXECUTION, { input: { graphId, inputs } })) as {
        startExecution: Payload<{ execution: { id: string } }>
      }
      return unwrapPayload(startExecution, 'execution').id
    },
    async cancelExecution(executionId) {
      const { cancelExecution } = (await client.request(CANCEL_EXECUTION, { input: { executionId } })) as {
        cancelExecution: Payload<{ execution: object }>
      }
      unwrapPayload(cancelExecution, 'execution')
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

interface GraphPage {
  edges: { node: GraphAnswer<ApiGraph> }[]
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}

interface CompatibilityAnswer {
  activeVersion: { compatibility: Pick<GraphCompatibility, 'status'>; warnings: GraphWarning[] }
  versions: { edges: { node: { number: number } }[] }
}

/** The payload of a mutation: its object and its errors. */
export type Payload<Fields> = Fields & { errors: PayloadError[] }

interface PayloadError {
  code: string
  message: string
  path: string[] | null
  position?: string | null
}

/** Returns the field of a payload. @throws {AshlarError} with the code of its first error, and all of them as faults */
export function unwrapPayload<Fields extends object, Name extends keyof Fields>(
  payload: Payload<Fields> | null,
  name: Name,
): NonNullable<Fields[Name]> {
  const { errors, [name]: value } = payload ?? { errors: [], [name]: undefined }
  const [first] = errors
  if (first) throw toPayloadError(first, errors)
  if (value === undefined || value === null) throw new Error(`the mutation returned no ${String(name)}`)
  return value as NonNullable<Fields[Name]>
}

/** The paths of faults are relative to the document or the file, as in the file that the user has. */
function toPayloadError({ code, path }: PayloadError, errors: readonly PayloadError[]): Error {
  const faults = errors.map((error) => ({ path: error.position ?? placeInField(error.path ?? []), message: error.message }))
  const [first = { path: '', message: '' }] = faults
  const text = first.path === '' ? first.message : `${first.path}: ${first.message}`
  const details = { ...(path && { path: path.slice(1) }), ...(faults.some((fault) => fault.path !== '') && { faults }) }
  return toError(code, faults.length === 1 ? text : `${faults.length} faults: ${text}`, details)
}

function placeInField([, field = '', ...place]: readonly string[]): string {
  if (place.length === 0) return ''
  return (field === 'document' || field === 'file' ? place : [field, ...place]).join('.')
}
