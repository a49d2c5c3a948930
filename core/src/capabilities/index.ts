export { capabilitiesSchema, isEffectful, listCapabilities, pinsOfCapabilities } from './manifest.ts'
export { isHttpAllowEntry } from './http/index.ts'
export { createCapabilities } from './capabilities.ts'
export type { Capabilities, CapabilitySession } from './capabilities.ts'
