export { createGraphTransfers } from './transfer-graph.ts'
export type { GraphTransfers } from './transfer-graph.ts'
