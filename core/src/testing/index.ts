/** For the tests of this workspace: never part of a running installation. */
export { startEmbeddedPostgres } from '../database/index.ts'
export { createBareGuest } from './bare-guest.ts'
export { cloneDatabase, createTemplate } from './test-database.ts'
export { BUILTIN_PLUGINS, createTestRuntime } from './test-runtime.ts'
export type { TestRuntime } from './test-runtime.ts'
export { createTestHttp } from './test-http.ts'
export type { TestHttp, TestHttpOptions } from './test-http.ts'
