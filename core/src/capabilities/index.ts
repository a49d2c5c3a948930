export {
  capabilitiesSchema,
  isEffectful,
  listCapabilities,
  pinsOfCapabilities,
  providersOf,
  qualifyCapabilities,
} from './manifest.ts'
export { isHttpAllowEntry } from './http/index.ts'
export { providerSchema, secretHostSchema, secretSchema } from './credentials/index.ts'
export { parseSleep } from './sleep/index.ts'
export { createFakeCapabilities, parseFakes } from './fakes/index.ts'
export { createBlockStorage } from './storage/index.ts'
export { createCapabilities } from './capabilities.ts'
export type { Capabilities, CapabilitySession } from './capabilities.ts'
export type { CredentialStore, CredentialType, Provider, Secret } from './credentials/index.ts'
