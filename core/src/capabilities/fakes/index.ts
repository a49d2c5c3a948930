export { createFakeCapabilities } from './fake-capabilities.ts'
export { parseFakes } from './fakes.ts'
