import type { Client } from './client.ts'
import { unwrap } from './payload.ts'
import type { Fault } from './api-error.ts'
import type { SubscribeOptions } from './subscription.ts'

export interface ExecutionInput {
  /** Global id. */
  graphId: string
  /** Values by input name. */
  inputs?: Readonly<Record<string, unknown>>
  /** The number of the version. @default the active version */
  version?: number
}

export interface FinishedExecution {
  /** Global id. */
  id: string
  status: 'COMPLETED' | 'FAILED' | 'CANCELLED'
  /** For each output of the graph, the values that reached it, in order. */
  outputs: Record<string, unknown[]>
  /** The nodes that failed, including those whose failure was handled. */
  failedNodes: string[]
  /** Why it failed or was cancelled. */
  reason: { code: string; message: string; nodeId: string | null } | null
}

/** Starts an execution of a graph. @returns its global id @throws {AshlarApiError} */
export async function startExecution(client: Client, input: ExecutionInput): Promise<string> {
  const { startExecution: payload } = await client.request<StartExecution>(START, { input })
  return unwrap(payload).execution.id
}

/** Waits until an execution has finished, across connection failures. @throws {AshlarApiError} NOT_FOUND */
export async function waitForExecution(
  client: Client,
  executionId: string,
  options?: Pick<SubscribeOptions, 'signal'>,
): Promise<FinishedExecution> {
  for await (const { executionEvents } of client.subscribe<ExecutionEvents>(EVENTS, { executionId }, options))
    if (executionEvents.execution) return executionEvents.execution
  throw new TypeError('the subscription ended before the execution did')
}

interface StartExecution {
  startExecution: { execution: { id: string } | null; errors: Fault[] }
}

const START = `mutation($input: StartExecutionInput!) {
  startExecution(input: $input) { execution { id } errors { code message path } }
}`

interface ExecutionEvents {
  executionEvents: { id: string; execution?: FinishedExecution }
}

const EVENTS = `subscription($executionId: ID!, $after: ID) {
  executionEvents(executionId: $executionId, after: $after) {
    id
    ... on ExecutionFinished { execution { id status outputs failedNodes reason { code message nodeId } } }
  }
}`
