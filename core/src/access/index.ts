export { createCallerApi } from './caller-api.ts'
export type { CallerApi, RepeatableResult } from './caller-api.ts'
export type { GraphServices } from './graph-access.ts'
