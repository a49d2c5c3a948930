export { createApi } from './api.ts'
export { createClient } from './client.ts'
export type { Api, ApiEvent, ApiGraph, ExecutionResult } from './api.ts'
