export { createCallerApi } from './caller-api.ts'
export type { CallerApi } from './caller-api.ts'
export type { GraphServices } from './graph-access.ts'
