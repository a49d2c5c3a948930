export { ArrivalPairing } from './arrival-pairing.ts'
export { GatheredList, takeValue } from './gathered-list.ts'
export { GatherMemory } from './gathered-values.ts'
export { Liveness } from './liveness.ts'
export {
  type CallResult,
  type Lineage,
  type NodeExecution,
  type NodeFailure,
  type RunStep,
  Scope,
  type Sleep,
  Tag,
  type ToolCall,
  compareLineages,
  compareTags,
  findLostItems,
  formatTag,
  lineageKey,
  missingPins,
} from './tags/index.ts'
export { TaggedPairing } from './tagged-pairing.ts'
