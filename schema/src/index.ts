export { buildSchema } from './schema.ts'
export { createContext } from './context.ts'
export type { SchemaContext } from './context.ts'
