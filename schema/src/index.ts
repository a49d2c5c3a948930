export { buildSchema } from './schema.ts'
export { createContext } from './base/context.ts'
export type { SchemaContext } from './base/context.ts'
