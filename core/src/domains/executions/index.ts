export { createExecutions } from './executions.ts'
export type { Executions, FollowedEvent } from './executions.ts'
export { formatNodeExecutionKey } from './views/index.ts'
export type {
  EventFilter,
  EventRequest,
  JournalViews,
  NodeExecutionFilter,
  NodeExecutionKey,
  NodeExecutionOrder,
  NodeExecutionRequest,
  NodeExecutionView,
} from './views/index.ts'
