export { findServer, openDataDir, secretKeyFile } from './data-dir.ts'
export { startEmbeddedPostgres } from './embedded-postgres.ts'
export type { DataDir } from './data-dir.ts'
