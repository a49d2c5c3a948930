export { describeCycle, findCycle, sortDrafts } from './drafts.ts'
export { FILE_LIMITS } from './limits.ts'
export { summarize } from './report.ts'
export type {
  Draft,
  DraftDocument,
  GraphFormat,
  ImportedGraph,
  ImportedNode,
  ImportReport,
  MissingBlock,
  TransferChange,
  TransferKind,
} from './report.ts'
