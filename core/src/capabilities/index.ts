export { capabilitiesSchema, isEffectful, listCapabilities } from './manifest.ts'
export { createCapabilities } from './capabilities.ts'
export type { Capabilities } from './capabilities.ts'
