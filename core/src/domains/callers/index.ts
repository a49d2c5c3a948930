export { createApiKeys, type ApiKeyRequest, type ApiKeys, type NewApiKey } from './api-keys.ts'
export { createCallers, type Callers } from './callers.ts'
