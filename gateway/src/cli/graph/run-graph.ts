import type { Api, ApiGraph, ExecutionResult } from '../../client/index.ts'
import { createProgress } from './progress.ts'
import type { Terminal } from '../command/terminal.ts'

/** Starts an execution. */
interface Run {
  api: Api
  graph: ApiGraph
  inputs: object
  /** Shows the progress. */
  terminal: Terminal
  /** Ends the watching, not the execution. */
  signal: AbortSignal
  onStarted?(executionId: string): void
}

/** Runs a graph once and shows its progress. @returns how it ended */
export async function runGraph({ api, graph, inputs, terminal, signal, onStarted }: Run): Promise<ExecutionResult> {
  const executionId = await api.startExecution(graph.id, inputs)
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
  throw new Error('the events of the execution ended before it had finished')
}
