export { RunOutputs } from './run-outputs.ts'
export type { RunOutputsParts } from './run-outputs.ts'
