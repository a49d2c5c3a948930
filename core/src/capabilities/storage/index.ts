export { createStorage } from './storage.ts'
export { storageGrant } from './grant.ts'
