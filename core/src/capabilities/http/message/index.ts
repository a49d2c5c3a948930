export {
  buildRequestHeaders,
  isHeaderName,
  normalizeHeaderName,
  readResponseHeaders,
  withoutBodyHeaders,
  withoutCredentials,
} from './headers.ts'
export { DEFAULT_HTTP_LIMITS } from './limits.ts'
export type { CredentialRequest, GetRequestCredentials, RequestCredential, RequestCredentials, Scrubber } from './credential.ts'
export type { HeaderPairs } from './headers.ts'
export type { HttpLimits } from './limits.ts'
