export { createFakeCapabilities } from './fake-capabilities.ts'
export { parseFakes } from './fakes.ts'
export type { SentRequest } from './fake-http.ts'
