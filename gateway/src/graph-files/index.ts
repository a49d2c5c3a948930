export { ensureGraph } from './ensure-graph.ts'
export { readGraphFile } from './graph-file.ts'
export { resolveInputs } from './inputs.ts'
export type { GraphFile } from './graph-file.ts'
