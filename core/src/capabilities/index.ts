export {
  capabilitiesSchema,
  isEffectful,
  listCapabilities,
  listCapabilityKinds,
  listInputPins,
  qualifyCapabilities,
} from './manifest.ts'
export { createCapabilityHosts } from './capability-hosts.ts'
export type { CapabilityHosts } from './capability-hosts.ts'
export type { CapabilitySession, Effect } from './capability/index.ts'
export { createFakeCapabilities } from './fake-capabilities.ts'
export { parseFakes } from './fakes.ts'
export {
  COST_UNITS,
  costSchema,
  coversHost,
  describeRemedy,
  formatSecretHost,
  getProviderName,
  getScopes,
  listAuthorizationHosts,
  listCredentialGrants,
  listProviders,
  listSecretSpellings,
  providerSchema,
  hostOfBaseUrl,
  secretHostSchema,
  secretSchema,
} from './credentials/index.ts'
export type {
  CredentialGrant,
  CredentialStore,
  CredentialType,
  HostProvider,
  OpenedCredential,
  Provider,
  Secret,
} from './credentials/index.ts'
export { BUILTIN_HOST_MODULES } from './host/index.ts'
export type { HostContext, HostFunction, HostModules, RunHostFunction } from './host/index.ts'
export { createHttpClient, isHttpAllowEntry, isLocalEndpoint, type FindLocalEndpoints } from './http/index.ts'
export type { HttpClient } from './http/index.ts'
export { parseSleep } from './sleep/index.ts'
export { createBlockStorage } from './storage/index.ts'
