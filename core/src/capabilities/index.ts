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
  verifyWebhookSignature,
} from './credentials/index.ts'
export { parseSleep } from './sleep/index.ts'
export { createFakeCapabilities } from './fake-capabilities.ts'
export { parseFakes } from './fakes.ts'
export { createBlockStorage } from './storage/index.ts'
export { createCapabilities } from './capabilities.ts'
export type { Effect } from './capability.ts'
export type { Capabilities, CapabilitySession } from './capabilities.ts'
export type {
  CredentialGrant,
  CredentialStore,
  CredentialType,
  HostProvider,
  HostRequest,
  OpenedCredential,
  Provider,
  Secret,
} from './credentials/index.ts'
