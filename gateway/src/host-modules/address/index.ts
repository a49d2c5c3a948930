export { findServer } from './server-address.ts'
export type { ServerAddress } from './server-address.ts'
