export { createCredentialsPower, createRunCredentials } from './run-credentials.ts'
export { COST_UNITS, costSchema } from './provider/cost.ts'
export {
  credentialGrantsOf,
  credentialsGrant,
  providerOf,
  qualifyGrant,
  revealGrant,
  scopesOf,
  qualifyProvider,
} from './grant.ts'
export { authorizationHosts } from './provider/oauth2.ts'
export { providerSchema, secretHostSchema } from './provider/provider.ts'
export { remedyFor } from './provider/remedy.ts'
export { secretSchema } from './secret.ts'
export { formatSecretHost, isForHost } from './provider/secret-hosts.ts'
export type { CredentialStore, RunCredentials } from './run-credentials.ts'
export { verifyWebhookSignature } from './provider/webhook.ts'
export type { CredentialGrant } from './grant.ts'
export type { CredentialType, Provider } from './provider/provider.ts'
export type { Secret } from './secret.ts'
export type { OpenedCredential, UsableCredential } from './usable.ts'
export type { HostProvider, HostRequest } from './host-provider.ts'
