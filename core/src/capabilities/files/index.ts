export { createFiles } from './files.ts'
export { filesGrant } from './grant.ts'
