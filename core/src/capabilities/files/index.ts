export { createFakeWorkspace, filesFakeSchema, readInitialFiles } from './fake.ts'
export { filesGrant } from './grant.ts'
export { createFilesHost } from './host.ts'
