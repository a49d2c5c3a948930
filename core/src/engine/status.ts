/** Statuses of an execution. The last three are final. */
export const EXECUTION_STATUSES = ['QUEUED', 'RUNNING', 'WAITING', 'COMPLETED', 'FAILED', 'CANCELLED'] as const
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number]

/** Statuses of a node execution. INCOMPLETE means that pins lack a value. */
export const NODE_EXECUTION_STATUSES = ['INCOMPLETE', ...EXECUTION_STATUSES] as const
export type NodeExecutionStatus = (typeof NODE_EXECUTION_STATUSES)[number]

export function isFinal(status: ExecutionStatus): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED'
}

/** The reason for a status: a stable code and a message. `node` is the node whose failure ended the execution. */
export interface Reason {
  code: string
  message: string
  node?: string
}

/** The reason why an execution is WAITING. */
export function waitingReason(graphNodes: readonly string[], sleepers: readonly string[], until: Date | undefined): Reason {
  const forGraphs = `for the graphs that its nodes run: ${graphNodes.join(', ')}`
  const forTime = `until ${until?.toISOString()} for sleeping nodes: ${sleepers.join(', ')}`
  if (graphNodes.length === 0) return { code: 'WAITING_FOR_TIME', message: `waits ${forTime}` }
  const message = sleepers.length > 0 ? `waits ${forGraphs}, and ${forTime}` : `waits ${forGraphs}`
  return { code: 'WAITING_FOR_GRAPH', message }
}
