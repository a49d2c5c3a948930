export { capabilityMissing, unknownHostCall } from './capability-errors.ts'
export { parseChunk } from './chunk.ts'
export { OwnerCounts } from './owner-counts.ts'
export type {
  Caller,
  CallerBlock,
  CallerExecution,
  Capability,
  CapabilityHost,
  CapabilitySession,
  Effect,
  GrantDefinition,
} from './capability.ts'
