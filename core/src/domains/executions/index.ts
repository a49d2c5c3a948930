export { createExecutions } from './executions.ts'
export type { Executions, FollowedEvent } from './executions.ts'
export type { NodeExecutionView } from './node-executions.ts'
