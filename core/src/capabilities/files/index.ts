export { createFakeWorkspace, filesFakeSchema, readInitialFiles } from './fake.ts'
export { assertFilesGranted, filesGrant } from './grant.ts'
export type { FilesGrant } from './grant.ts'
export { createFilesHost } from './host.ts'
