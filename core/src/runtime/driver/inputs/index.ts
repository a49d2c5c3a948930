export { hasGatheredList, RunInputs } from './run-inputs.ts'
export type { RunInputsParts } from './run-inputs.ts'
