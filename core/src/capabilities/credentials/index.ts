export { createCredentialsPower, createRunCredentials } from './credentials.ts'
export { COST_UNITS, costSchema } from './cost.ts'
export {
  credentialGrantsOf,
  credentialsGrant,
  providerOf,
  qualifyGrant,
  revealGrant,
  scopesOf,
  qualifyProvider,
} from './grant.ts'
export { authorizationHosts } from './oauth2.ts'
export { providerSchema, secretHostSchema } from './provider.ts'
export { remedyFor } from './remedy.ts'
export { secretSchema } from './secret.ts'
export { formatSecretHost, isForHost } from './secret-hosts.ts'
export type { CredentialStore, RunCredentials } from './credentials.ts'
export type { CredentialGrant } from './grant.ts'
export type { CredentialType, Provider } from './provider.ts'
export type { Secret } from './secret.ts'
export type { OpenedCredential, UsableCredential } from './usable.ts'
export type { HostProvider } from './host-provider.ts'
