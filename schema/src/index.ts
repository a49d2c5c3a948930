export { buildSchema } from './schema.ts'
export { buildContext } from './base/context.ts'
export type { SchemaContext } from './base/context.ts'
export { resumeToken } from './executions/index.ts'
