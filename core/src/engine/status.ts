/** Statuses of an execution. The last three are final. */
export const EXECUTION_STATUSES = ['QUEUED', 'RUNNING', 'WAITING', 'COMPLETED', 'FAILED', 'CANCELLED'] as const
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number]

/** Statuses of a node execution; INCOMPLETE still lacks pins. */
export const NODE_EXECUTION_STATUSES = ['INCOMPLETE', ...EXECUTION_STATUSES] as const
export type NodeExecutionStatus = (typeof NODE_EXECUTION_STATUSES)[number]

export function isFinal(status: ExecutionStatus): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED'
}

/** Why something failed: a stable code, and words. `node` names the node whose failure ended an execution. */
export interface Reason {
  code: string
  message: string
  node?: string
}

/** Why an execution is WAITING. */
export function reasonToWait(graphNodes: readonly string[], sleepers: readonly string[], until: Date | undefined): Reason {
  const forGraphs = `for the graphs that its nodes run: ${graphNodes.join(', ')}`
  const forTime = `until ${until?.toISOString()}, since nodes sleep: ${sleepers.join(', ')}`
  if (graphNodes.length === 0) return { code: 'WAITING_FOR_TIME', message: `waits ${forTime}` }
  const message = sleepers.length > 0 ? `waits ${forGraphs}; and ${forTime}` : `waits ${forGraphs}`
  return { code: 'WAITING_FOR_GRAPH', message }
}
