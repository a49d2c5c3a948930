import { AshlarError, type GraphDocument } from '@ashlar/core'
import type { Client } from './client.ts'
import { LIST_CHILD_EXECUTIONS, LIST_HTTP_EXCHANGES, LIST_NODE_EXECUTIONS, READ_BLOCK, READ_EXECUTION } from './operations.ts'
import { readAll, type Page } from './requests.ts'

/** An execution with what a test of its graph needs. */
export interface ApiExecution {
  status: string
  startedAt: string | null
  inputs: Record<string, unknown>
  outputs: Record<string, unknown[]>
  failedNodes: string[]
  reason: { code: string; message: string; nodeId: string | null } | null
  /** Null if the graph was deleted. */
  graph: { id: string; name: string; description: string; labels: string[] } | null
  /** Number of the version. */
  version: number
  document: GraphDocument
}

export interface ApiNodeExecution {
  nodeId: string
  number: number
  status: string
  inputs: Record<string, unknown> | null
  outputs: { pin: string; value: unknown }[]
  outputCount: number
  error: { code: string; message: string } | null
}

export interface ApiExchange {
  nodeId: string
  method: string
  url: string
  credential: string | null
  failure: string | null
  response: { status: number; headers: { name: string; value: string }[]; base64: string; cut: boolean } | null
}

export interface ApiBlock {
  kind: string
  capabilities: { kind: string }[]
  inputs: { name: string; secret: boolean }[]
}

/** Reads executions, for commands that make tests of them. */
export interface RecordingApi {
  /** @throws {AshlarError} NOT_FOUND */
  execution(id: string): Promise<ApiExecution>
  nodeExecutions(executionId: string): Promise<ApiNodeExecution[]>
  exchanges(executionId: string): Promise<ApiExchange[]>
  /** The ids of the executions that its nodes have started, the oldest first. */
  children(executionId: string): Promise<string[]>
  /** @param name qualified. @returns undefined if the block is not installed */
  block(name: string): Promise<ApiBlock | undefined>
}

export function createRecordingApi(client: Client): RecordingApi {
  return {
    async execution(id) {
      const { execution } = (await client.request(READ_EXECUTION, { id })) as { execution: ExecutionAnswer | null }
      if (!execution) throw new AshlarError('NOT_FOUND', `there is no execution with the id ${JSON.stringify(id)}`)
      if (!execution.version) throw new AshlarError('NOT_FOUND', 'the graph version of the execution does not exist any more')
      const { version, ...rest } = execution
      return { ...rest, version: version.number, document: version.document.json }
    },
    nodeExecutions: (id) => readList<'nodeExecutions', ApiNodeExecution>(client, LIST_NODE_EXECUTIONS, 'nodeExecutions', id),
    exchanges: (id) => readList<'httpExchanges', ApiExchange>(client, LIST_HTTP_EXCHANGES, 'httpExchanges', id),
    async children(id) {
      const ids: string[] = []
      const pageOf = ({ executions }: { executions: Page<{ id: string }> }): Page<{ id: string }> => executions
      for await (const child of readAll(client, LIST_CHILD_EXECUTIONS, pageOf, { id })) ids.push(child.id)
      return ids
    },
    async block(name) {
      const { block } = (await client.request(READ_BLOCK, { name })) as { block: ApiBlock | null }
      return block ?? undefined
    },
  }
}

type ExecutionAnswer = Omit<ApiExecution, 'document' | 'version'> & {
  version: { number: number; document: { json: GraphDocument } } | null
}

/** Reads a list of an execution. */
async function readList<Field extends string, Item>(client: Client, query: string, field: Field, id: string): Promise<Item[]> {
  const items: Item[] = []
  const pageOf = ({ execution }: { execution: Record<Field, Page<Item>> }): Page<Item> => execution[field]
  for await (const item of readAll(client, query, pageOf, { id })) items.push(item)
  return items
}
