export { buildSchema } from './schema.ts'
export { buildContext } from './context.ts'
export type { SchemaContext } from './context.ts'
