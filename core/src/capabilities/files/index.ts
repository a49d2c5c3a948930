export { createFiles } from './host.ts'
export { filesGrant } from './grant.ts'
