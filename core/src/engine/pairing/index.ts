export { ArrivalPairing } from './arrival-pairing.ts'
export { GatheredList, takeValue } from './gathered-list.ts'
export { GatherMemory } from './gathered-values.ts'
export { Liveness } from './liveness.ts'
export {
  type Lineage,
  type NodeExecution,
  type NodeFailure,
  Scope,
  type Sleep,
  Tag,
  compareLineages,
  compareTags,
  findLostItems,
  formatTag,
  lineageKey,
  missingPins,
} from './tags/index.ts'
export { TaggedPairing } from './tagged-pairing.ts'
