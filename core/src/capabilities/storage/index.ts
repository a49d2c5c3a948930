export { createBlockStorage } from './block-storage.ts'
export { createStorage } from './storage.ts'
export { storageGrant } from './grant.ts'
export type { BlockStorage } from './block-storage.ts'
