export { createFakeStorage } from './fake-storage.ts'
export { createFakeCapabilities } from './fake-capabilities.ts'
export { parseFakes } from './fakes.ts'
