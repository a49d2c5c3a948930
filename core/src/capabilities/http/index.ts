export {
  blockedAddress,
  buildAddressGuard,
  createHttpClient,
  guardedLookup,
  isHttpAllowEntry,
  isLocalEndpoint,
} from './transport/index.ts'
export type { AddressGuard, FindLocalEndpoints, HttpClient } from './transport/index.ts'
export { createHttpHost } from './host.ts'
export type { HttpOptions } from './host.ts'
export { httpGrant } from './grant.ts'
export { createFakeTransport, httpFakeSchema } from './fake.ts'
export { isHeaderName } from './message/index.ts'
export { allowsHost, formatRule, parseRule, parseTarget } from './rules/index.ts'
export type { HttpGrant, Rule } from './rules/index.ts'
export type { CredentialRequest, RequestCredential, RequestCredentials, Scrubber } from './message/index.ts'
