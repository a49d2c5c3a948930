export { createCredentialsHost } from './host.ts'
export { cacheRunCredentials, createRunCredentials } from './run-credentials.ts'
export type { CredentialStore, RunCredentials } from './run-credentials.ts'
export { createFakeCredentials, credentialsFakeSchema } from './fake.ts'
export {
  credentialsGrant,
  getProviderName,
  getScopes,
  listCredentialGrants,
  listProviders,
  presignGrant,
  revealGrant,
} from './grant.ts'
export type { CredentialGrant } from './grant.ts'
export {
  COST_UNITS,
  costSchema,
  coversHost,
  describeRemedy,
  formatSecretHost,
  hostOfBaseUrl,
  listAuthorizationHosts,
  providerSchema,
  secretHostSchema,
} from './provider/index.ts'
export type { CredentialType, Provider } from './provider/index.ts'
export { listSecretSpellings, secretSchema } from './secret.ts'
export type { Secret } from './secret.ts'
export type { OpenedCredential, UsableCredential } from './usable.ts'
export type { HostProvider } from './host-provider.ts'
