export {
  capabilitiesSchema,
  isEffectful,
  listCapabilities,
  pinsOfCapabilities,
  providersOf,
  qualifyCapabilities,
} from './manifest.ts'
export { createHttpClient, isHttpAllowEntry } from './http/index.ts'
export type { HttpClient } from './http/index.ts'
export {
  COST_UNITS,
  authorizationHosts,
  credentialGrantsOf,
  costSchema,
  formatSecretHost,
  isForHost,
  providerOf,
  providerSchema,
  remedyFor,
  scopesOf,
  secretHostSchema,
  secretSchema,
} from './credentials/index.ts'
export { parseSleep } from './sleep/index.ts'
export { createFakeCapabilities, parseFakes } from './fakes/index.ts'
export { createBlockStorage } from './storage/index.ts'
export { createCapabilities } from './capabilities.ts'
export type { Effect } from './acting.ts'
export type { Capabilities, CapabilitySession } from './capabilities.ts'
export type {
  CredentialGrant,
  CredentialStore,
  CredentialType,
  HostProvider,
  OpenedCredential,
  Provider,
  Secret,
} from './credentials/index.ts'
