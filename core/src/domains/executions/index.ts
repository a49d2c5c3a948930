export { createExecutions, executionNotFound } from './executions.ts'
export type { Executions, FollowedEvent, ReplayRequest } from './executions.ts'
export { createExecutionFiles, DOWNLOAD_PATH, locateFile } from './files/index.ts'
export type { ExecutionFile, ExecutionFileFilter, ExecutionFileRequest, ExecutionFiles, FileDownload } from './files/index.ts'
export { formatNodeExecutionKey, toScopePosition } from './views/index.ts'
export type {
  EventFilter,
  EventRequest,
  ExecutionDiff,
  NodeDifference,
  NodeExecutionFilter,
  NodeExecutionKey,
  NodeExecutionRequest,
  IterationView,
  NodeExecutionView,
  ScopeProgress,
  ScopeRequest,
  ScopeView,
  ValueDifference,
} from './views/index.ts'
export type { BulkFailure, BulkRequest, BulkResult } from './bulk.ts'
export type { ExecutionChange } from './change-subscriber.ts'
export type { StartRequest } from './starter.ts'
export type { ExecutionFilter } from './execution-filter.ts'
export type { ExecutionRequest } from './execution-lists.ts'
export type { ExecutionSummary } from './execution-summary.ts'
