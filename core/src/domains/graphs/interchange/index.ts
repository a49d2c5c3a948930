export { createInterchange } from './interchange.ts'
export type { Interchange } from './interchange.ts'
export type { ExportedGraph } from './export-graph.ts'
export type {
  GraphFormat,
  ImportedGraph,
  ImportedNode,
  ImportReport,
  MissingBlock,
  TransferChange,
  TransferKind,
} from './report/index.ts'
