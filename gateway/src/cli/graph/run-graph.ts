import type { Api, ApiGraph, ExecutionResult } from '../../client/index.ts'
import { createProgress } from './progress.ts'
import type { Terminal } from '../command/terminal.ts'

/** The options of a run. */
interface Run {
  api: Api
  graph: ApiGraph
  inputs: object
  /** Records its HTTP exchanges for `graph record`. @default false */
  recordHttp?: boolean
  /** Shows the progress. */
  terminal: Terminal
  /** Stops following the execution. Does not cancel it. */
  signal: AbortSignal
  onStarted?(executionId: string): void
}

/** Runs a graph once and shows its progress. */
export async function runGraph({
  api,
  graph,
  inputs,
  recordHttp = false,
  terminal,
  signal,
  onStarted,
}: Run): Promise<ExecutionResult> {
  const executionId = await api.startExecution(graph.id, inputs, { recordHttp })
  onStarted?.(executionId)
  const progress = createProgress(terminal, graph.activeVersion.document)
  try {
    for await (const event of api.follow(executionId, signal)) {
      if (event.__typename === 'ExecutionFinished') return event
      progress.show(event)
    }
  } finally {
    progress.end()
  }
  throw new Error('the events of the execution ended before the execution finished')
}
